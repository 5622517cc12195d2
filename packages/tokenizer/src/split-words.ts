import { classAt, space } from './character-class.ts';
import { contractionLength } from './splitters/contraction.ts';
import { runEnd } from './splitters/runs.ts';
import { characterBefore } from './utf8-text.ts';

/** The names of the pre-splitting patterns. */
export type PatternName = 'gpt2';

/** Cuts text into the words within which byte pairs are merged. */
export interface WordSplitter {
  /** Whether some word ends at every place where `cutText` cuts. */
  readonly endsAtLines: boolean;
  /**
   * The end of the word that starts at `start`; `start` is below `length`. Always advances, and the time for a whole text
   * is linear in its length.
   *
   * @param bytes the text as well-formed UTF-8, up to `length`
   */
  wordEnd(bytes: Uint8Array, start: number, length: number): number;
}

const apostrophe = 0x27;
const blank = 0x20;

/**
 * The pattern of GPT-2, written out so that it takes linear time on any text and follows the reference's `\s`:
 * `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
 * Source: openai/gpt-2 encoder.py; tiktoken `r50k_base` splits alike.
 */
const gpt2: WordSplitter = {
  endsAtLines: true,
  wordEnd(bytes, start, length) {
    const first = bytes[start]!;
    if (first === blank && start + 1 < length) {
      const kind = classAt(bytes, start + 1);
      if (kind !== space) return runEnd(bytes, start + 1, length, kind);
    } else if (first === apostrophe) {
      const contraction = contractionLength(bytes, start, length, 'small');
      if (contraction > 0) return start + contraction;
    }
    const kind = classAt(bytes, start);
    const end = runEnd(bytes, start, length, kind);
    if (kind !== space || end === length) return end;
    // `\s+(?!\S)`: before a visible character the last of several spaces belongs to the next word.
    const last = characterBefore(bytes, end);
    return last > start ? last : end;
  },
};

/** The splitters by the name of their pattern. */
export const wordSplitters: Readonly<Record<PatternName, WordSplitter>> = { gpt2 };
