import { classAt, digit, other, space } from '../character-class.ts';
import type { WordSplitter } from '../split-words.ts';
import { characterBefore, characterEnd, codePointAt } from '../utf8-text.ts';
import { contractionLength } from './contraction.ts';
import { isLineEnd, lineEndsEnd, runEnd, shortRunEnd, spaceEnd } from './runs.ts';

/** What tells the patterns of this family apart. */
export interface O200kOptions {
  /** Digits of one word: 3 in o200k, 1 in Mistral's Tekken. */
  readonly mostDigits: number;
  /** Whether a word takes a contraction such as `'s` with it. */
  readonly contractions: boolean;
}

// The cases of letters, as bits of what may start a word (upper) and what may end it (lower).
const upper = 1;
const lower = 2;
const both = upper | lower;
const noLetter = 4;
// A mark may be part of a word and is no letter.
const mark = both | 8;
const cases = /* @__PURE__ */ new Uint8Array(0x110000);

function classify(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  let found = noLetter;
  if (/[\p{Ll}\u0295]/u.test(character)) found = lower;
  else if (/[\p{Lu}\p{Lt}]/u.test(character)) found = upper;
  else if (/\p{L}/u.test(character)) found = both;
  else if (/\p{M}/u.test(character)) found = mark;
  cases[codePoint] = found;
  return found;
}

const caseOf = (codePoint: number): number => cases[codePoint]! || classify(codePoint);

/** `[256]` the case of each character that is one byte of UTF-8; 0 for the bytes of others. */
const byteCases = /* @__PURE__ */ Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x80 ? classify(byte) : 0));

/** The end of the characters from `start` on that have a bit, `upper` or `lower`. */
function caseRunEnd(bytes: Uint8Array, start: number, length: number, bit: number): number {
  let at = start;
  for (;;) {
    while (at < length && byteCases[bytes[at]!] === bit) at++;
    if (at >= length || bytes[at]! < 0x80 || (caseOf(codePointAt(bytes, at)) & bit) === 0) return at;
    at = characterEnd(bytes, at);
  }
}

/** The end of `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+` from `start` on, or `start` without match. */
function mixedEnd(bytes: Uint8Array, start: number, length: number, upperEnd: number): number {
  const end = caseRunEnd(bytes, upperEnd, length, lower);
  if (end > upperEnd) return end;
  // Without a lowercase letter after it, the run gives back what may end a word as well.
  for (let at = upperEnd; at > start;) {
    const previous = characterBefore(bytes, at);
    if ((caseOf(codePointAt(bytes, previous)) & lower) !== 0) return at;
    at = previous;
  }
  return start;
}

/**
 * The patterns of o200k and of Mistral's Tekken, written out so that they take linear time on any text: words of
 * uppercase and then lowercase letters and marks, with one character of another kind before them, perhaps a contraction
 * after them; up to three digits; signs with line ends and slashes; white space as in cl100k.
 * Source: tiktoken `o200k_base`.
 */
export function o200kSplitter({ mostDigits, contractions }: O200kOptions): WordSplitter {
  const closed = (bytes: Uint8Array, end: number, length: number): number =>
    contractions && end < length && bytes[end] === 0x27 ? end + contractionLength(bytes, end, length) : end;

  /** The end of a word of letters and marks at `start`, or `start`. */
  const wordAt = (bytes: Uint8Array, start: number, length: number, onlyUpper: boolean): number => {
    const upperEnd = caseRunEnd(bytes, start, length, upper);
    return onlyUpper ? upperEnd : mixedEnd(bytes, start, length, upperEnd);
  };

  return {
    endsAtLines: true,
    wordEnd(bytes, start, length) {
      const first = bytes[start]!;
      const next = characterEnd(bytes, start);
      const firstCase = byteCases[first]! || caseOf(codePointAt(bytes, start));
      const kind = classAt(bytes, start);
      if (kind === digit) return shortRunEnd(bytes, next, length, digit, mostDigits - 1);
      const mayPrecede = (firstCase === noLetter || firstCase === mark) && !isLineEnd(first);
      const mayBelong = firstCase !== noLetter;
      // Most words are small letters of ASCII, perhaps after a space or a sign and one capital letter.
      let at = mayPrecede ? next : start;
      if (at < length && byteCases[bytes[at]!] === upper) at++;
      const small = at;
      while (at < length && byteCases[bytes[at]!] === lower) at++;
      if (at > small && (at === length || bytes[at]! < 0x80)) return closed(bytes, at, length);
      for (let round = 0; round < 2; round++) {
        const onlyUpper = round === 1;
        if (mayPrecede) {
          const end = wordAt(bytes, next, length, onlyUpper);
          if (end > next) return closed(bytes, end, length);
        }
        if (mayBelong) {
          const end = wordAt(bytes, start, length, onlyUpper);
          if (end > start) return closed(bytes, end, length);
        }
      }
      if (kind === other || (first === 0x20 && next < length && classAt(bytes, next) === other)) {
        return lineEndsEnd(bytes, runEnd(bytes, next, length, other), length, true);
      }
      return kind === space ? spaceEnd(bytes, start, length) : next;
    },
  };
}
