const longS = 0x17f;

/**
 * The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` in any case at `start`, where an apostrophe stands, or 0.
 * A long s counts as an s, as case folding has it.
 */
export function contractionLength(text: string, start: number): number {
  const unit = text.charCodeAt(start + 1);
  switch (unit === longS ? 0x73 : unit | 0x20) {
    case 0x73: // s
    case 0x74: // t
    case 0x6d: // m
    case 0x64: // d
      return 2;
    case 0x72: // r
    case 0x76: // v
      return (text.charCodeAt(start + 2) | 0x20) === 0x65 ? 3 : 0;
    case 0x6c: // l
      return (text.charCodeAt(start + 2) | 0x20) === 0x6c ? 3 : 0;
    default:
      return 0;
  }
}
