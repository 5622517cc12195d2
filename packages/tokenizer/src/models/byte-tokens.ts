/** The text of the token for a byte, `<0x0A>`. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

/** The id of the token of each byte, -1 where there is none. `[256]` */
export function byteTokenIds(idOf: (token: string) => number | undefined): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => idOf(byteToken(byte)) ?? -1);
}

/** The byte that a token stands for as `<0x0A>`, hexadecimal digits in any case, or -1. */
export function byteOfToken(token: string): number {
  // Rust's parser of numbers takes a sign.
  if (token.length !== 6 || !/^<0x(?:[0-9A-Fa-f]{2}|\+[0-9A-Fa-f])>$/.test(token)) return -1;
  return parseInt(token.slice(3, 5), 16);
}
