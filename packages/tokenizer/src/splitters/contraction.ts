/**
 * The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `start`, where an apostrophe stands, or 0.
 *
 * @param cases in small letters alone, or in any case; a long s then counts as an s, as case folding has it
 */
export function contractionLength(
  bytes: Uint8Array,
  start: number,
  length: number,
  cases: 'small' | 'any' = 'any',
): number {
  // The bit that tells small letters from capital ones.
  const folded = cases === 'any' ? 0x20 : 0;
  const byte = (distance: number): number => (start + distance < length ? bytes[start + distance]! : 0);
  switch (byte(1) | folded) {
    case 0x73: // s
    case 0x74: // t
    case 0x6d: // m
    case 0x64: // d
      return 2;
    case 0x72: // r
    case 0x76: // v
      return (byte(2) | folded) === 0x65 ? 3 : 0;
    case 0x6c: // l
      return (byte(2) | folded) === 0x6c ? 3 : 0;
    case 0xe5: // the first of the two bytes of a long s, with that bit
      return byte(1) === 0xc5 && byte(2) === 0xbf ? 3 : 0;
    default:
      return 0;
  }
}
