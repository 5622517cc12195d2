import { classAt, digit, letter, other, space } from '../character-class.ts';
import type { WordSplitter } from '../split-words.ts';
import { characterEnd } from '../utf8-text.ts';
import { contractionLength } from './contraction.ts';
import { isLineEnd, lineEndsEnd, runEnd, shortRunEnd, spaceEnd } from './runs.ts';

/**
 * The patterns of cl100k, Llama 3 and Qwen, written out so that they take linear time on any text:
 * `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`.
 * Source: tiktoken `cl100k_base`.
 *
 * @param mostDigits digits of one word: 3 in cl100k and Llama 3, 1 in Qwen
 */
export function cl100kSplitter(mostDigits: number): WordSplitter {
  return {
    endsAtLines: true,
    wordEnd(bytes, start, length) {
      const first = bytes[start]!;
      const next = characterEnd(bytes, start);
      const kind = classAt(bytes, start);
      if (kind === letter) return runEnd(bytes, next, length, letter);
      if (kind === digit) return shortRunEnd(bytes, next, length, digit, mostDigits - 1);
      if (first === 0x27) {
        const contraction = contractionLength(bytes, start, length);
        if (contraction > 0) return start + contraction;
      }
      const nextKind = next < length ? classAt(bytes, next) : 0;
      if (nextKind === letter && !isLineEnd(first)) return runEnd(bytes, next, length, letter);
      if (kind === other || (first === 0x20 && nextKind === other)) {
        return lineEndsEnd(bytes, runEnd(bytes, next, length, other), length, false);
      }
      return kind === space ? spaceEnd(bytes, start, length) : next;
    },
  };
}
