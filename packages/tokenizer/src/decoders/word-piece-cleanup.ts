const cleanups: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/** English punctuation and contractions without the spaces that cutting put before them. */
export function cleanUp(text: string): string {
  if (!text.includes(' ')) return text;
  return cleanups.reduce((cleaned, [found, replacement]) => cleaned.replaceAll(found, replacement), text);
}

/** A token of WordPiece as text: a space before it, or none where it continues a word. */
export function wordPieceToken(token: string, index: number, prefix: string, cleanup: boolean): string {
  let text = token;
  if (index > 0) text = token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
  return cleanup ? cleanUp(text) : text;
}
