import { characterClass, space } from './character-class.ts';

/** The names of the pre-splitting patterns. */
export type PatternName = 'gpt2';

/** Cuts text into the words within which byte pairs are merged. */
export interface WordSplitter {
  /**
   * The end of the word that starts at `start`, both UTF-16 indexes; `start` is below `text.length`. Always advances,
   * and the time for a whole text is linear in its length.
   */
  wordEnd(text: string, start: number): number;
}

const apostrophe = 0x27;
const blank = 0x20;

/** The end of the run of characters of class `kind` that starts at `start`. */
function runEnd(text: string, start: number, kind: number): number {
  let at = start;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if ((unit & 0xf800) !== 0xd800) {
      if (characterClass(unit) !== kind) return at;
      at++;
    } else {
      const codePoint = text.codePointAt(at)!;
      if (characterClass(codePoint) !== kind) return at;
      at += codePoint > 0xffff ? 2 : 1;
    }
  }
  return at;
}

/** The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `start`, or 0. */
function contractionLength(text: string, start: number): number {
  switch (text.charAt(start + 1)) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return 2;
    case 'r':
    case 'v':
      return text.charAt(start + 2) === 'e' ? 3 : 0;
    case 'l':
      return text.charAt(start + 2) === 'l' ? 3 : 0;
    default:
      return 0;
  }
}

/**
 * The pattern of GPT-2, written out so that it takes linear time on any text and follows the reference's `\s`:
 * `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
 * Source: openai/gpt-2 encoder.py; tiktoken `r50k_base` splits alike.
 */
const gpt2: WordSplitter = {
  wordEnd(text, start) {
    const first = text.charCodeAt(start);
    if (first === apostrophe) {
      const length = contractionLength(text, start);
      if (length > 0) return start + length;
    }
    if (first === blank && start + 1 < text.length) {
      const kind = characterClass(text.codePointAt(start + 1)!);
      if (kind !== space) return runEnd(text, start + 1, kind);
    }
    const kind = characterClass(text.codePointAt(start)!);
    const end = runEnd(text, start, kind);
    if (kind !== space || end === text.length) return end;
    // `\s+(?!\S)`: before a visible character the last of several spaces belongs to the next word.
    return end - start > 1 ? end - 1 : end;
  },
};

/** The splitters by the name of their pattern. */
export const wordSplitters: Readonly<Record<PatternName, WordSplitter>> = { gpt2 };
