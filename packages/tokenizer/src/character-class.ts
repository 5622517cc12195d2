import { codePointAt } from './utf8-text.ts';

/** The classes of characters that pre-splitting patterns tell apart. */
export const letter = 1;
/** `\p{N}`. */
export const digit = 2;
/** `\s` of the reference: Unicode's White_Space, which has U+0085 and lacks U+FEFF, unlike JavaScript's `\s`. */
export const space = 3;
/** Everything else, lone surrogates included. */
export const other = 4;

// Filled as code points are met: asking the regular expression engine about each one once keeps start-up short.
const classes = /* @__PURE__ */ new Uint8Array(0x110000);

function classify(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  let found = other;
  if (/\p{L}/u.test(character)) found = letter;
  else if (/\p{N}/u.test(character)) found = digit;
  else if (/\p{White_Space}/u.test(character)) found = space;
  classes[codePoint] = found;
  return found;
}

function classesOfBytes(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x80 ? classify(byte) : 0));
}

/** `[256]` the class of each character that is one byte of UTF-8; 0 for the bytes of others. */
export const byteClasses: Uint8Array = /* @__PURE__ */ classesOfBytes();

/** The class of a code point: `letter`, `digit`, `space` or `other`. */
export function characterClass(codePoint: number): number {
  return classes[codePoint]! || classify(codePoint);
}

/** The class of the character that starts at `at` of well-formed UTF-8. */
export function classAt(bytes: Uint8Array, at: number): number {
  return byteClasses[bytes[at]!]! || characterClass(codePointAt(bytes, at));
}
