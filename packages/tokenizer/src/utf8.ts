/** Text to UTF-8 bytes. A lone surrogate becomes U+FFFD. */
export const utf8 = /* @__PURE__ */ new TextEncoder();

/** A decoder in which invalid UTF-8 becomes U+FFFD, and a U+FEFF at the start of a text stays. */
export const lossyUtf8 = (): TextDecoder => new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of bytes in pieces; invalid UTF-8 becomes U+FFFD. */
export function textOfPieces(pieces: readonly Uint8Array[]): string {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return lossyUtf8().decode(bytes);
}
