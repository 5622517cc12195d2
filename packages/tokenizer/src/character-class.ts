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

/** The class of a code point: `letter`, `digit`, `space` or `other`. */
export function characterClass(codePoint: number): number {
  return classes[codePoint]! || classify(codePoint);
}
