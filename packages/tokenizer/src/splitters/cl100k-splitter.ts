import { characterClass, digit, letter, other, space } from '../character-class.ts';
import type { WordSplitter } from '../split-words.ts';
import { contractionLength } from './contraction.ts';
import { isLineEnd, lineEndsEnd, runEnd, shortRunEnd, spaceEnd } from './runs.ts';

/** What tells the patterns of this family apart. */
export interface Cl100kOptions {
  /** Digits of one word: 3 in cl100k and Llama 3, 1 in Qwen. */
  readonly mostDigits: number;
  /** Whether `\s+$` comes before `\s*[\r\n]+`, as tiktoken writes the pattern. */
  readonly wholeAtEnd: boolean;
}

/**
 * The patterns of cl100k, Llama 3 and Qwen, written out so that they take linear time on any text:
 * `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`.
 * Source: tiktoken `cl100k_base`.
 */
export function cl100kSplitter({ mostDigits, wholeAtEnd }: Cl100kOptions): WordSplitter {
  return {
    wordEnd(text, start) {
      const first = text.codePointAt(start)!;
      const next = first > 0xffff ? start + 2 : start + 1;
      const kind = characterClass(first);
      if (kind === letter) return runEnd(text, next, letter);
      if (kind === digit) return shortRunEnd(text, next, digit, mostDigits - 1);
      if (first === 0x27) {
        const length = contractionLength(text, start);
        if (length > 0) return start + length;
      }
      const nextKind = next < text.length ? characterClass(text.codePointAt(next)!) : 0;
      if (nextKind === letter && !isLineEnd(first)) return runEnd(text, next, letter);
      if (kind === other) return lineEndsEnd(text, runEnd(text, next, other), false);
      if (first === 0x20 && nextKind === other) return lineEndsEnd(text, runEnd(text, next, other), false);
      return kind === space ? spaceEnd(text, start, wholeAtEnd) : next;
    },
  };
}
