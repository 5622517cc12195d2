import { characterClass, digit, other, space } from '../character-class.ts';
import type { WordSplitter } from '../split-words.ts';
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

/** The end of the characters from `start` on that have a bit. */
function caseRunEnd(text: string, start: number, bit: number): number {
  let at = start;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    const codePoint = (unit & 0xf800) === 0xd800 ? text.codePointAt(at)! : unit;
    if ((caseOf(codePoint) & bit) === 0) break;
    at += codePoint > 0xffff ? 2 : 1;
  }
  return at;
}

/** The end of `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+` from `start` on, or `start` without match. */
function mixedEnd(text: string, start: number, upperEnd: number): number {
  const end = caseRunEnd(text, upperEnd, lower);
  if (end > upperEnd) return end;
  // Without a lowercase letter after it, the run gives back what may end a word as well.
  for (let at = upperEnd; at > start;) {
    const previous = at - ((text.charCodeAt(at - 1) & 0xfc00) === 0xdc00 && at - 1 > start ? 2 : 1);
    if ((caseOf(text.codePointAt(previous)!) & lower) !== 0) return at;
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
  const closed = (text: string, end: number): number =>
    contractions && text.charCodeAt(end) === 0x27 ? end + contractionLength(text, end) : end;

  /** The end of a word of letters and marks at `start`, or `start`. */
  const wordAt = (text: string, start: number, onlyUpper: boolean): number => {
    const upperEnd = caseRunEnd(text, start, upper);
    return onlyUpper ? upperEnd : mixedEnd(text, start, upperEnd);
  };

  return {
    wordEnd(text, start) {
      const first = text.codePointAt(start)!;
      const next = first > 0xffff ? start + 2 : start + 1;
      const firstCase = caseOf(first);
      const kind = characterClass(first);
      if (kind === digit) return shortRunEnd(text, next, digit, mostDigits - 1);
      const mayPrecede = (firstCase === noLetter || firstCase === mark) && !isLineEnd(first);
      const mayBelong = firstCase !== noLetter;
      for (const onlyUpper of [false, true]) {
        if (mayPrecede) {
          const end = wordAt(text, next, onlyUpper);
          if (end > next) return closed(text, end);
        }
        if (mayBelong) {
          const end = wordAt(text, start, onlyUpper);
          if (end > start) return closed(text, end);
        }
      }
      if (kind === other) return lineEndsEnd(text, runEnd(text, next, other), true);
      if (first === 0x20 && next < text.length && characterClass(text.codePointAt(next)!) === other) {
        return lineEndsEnd(text, runEnd(text, next, other), true);
      }
      return kind === space ? spaceEnd(text, start, false) : next;
    },
  };
}
