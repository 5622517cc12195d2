import { characterEnd, codePointAt, codePointCount } from './utf8-text.ts';
import type { CountedWords } from './word-counts.ts';

/** Which characters become tokens. */
export interface AlphabetOptions {
  /** Characters that are kept whatever the text: the first one of each string. */
  readonly initialAlphabet: readonly string[];
  /** Most characters to keep, the rarest go first; those of `initialAlphabet` stay. Default: no limit. */
  readonly alphabetLimit: number | undefined;
}

/**
 * The characters of the words in the order of their code points, as `BpeTrainer` of huggingface/tokenizers keeps them.
 * Among equally rare ones at the limit the lower code points stay; the reference leaves that open.
 */
export function trainingAlphabet(words: CountedWords, { initialAlphabet, alphabetLimit }: AlphabetOptions): string[] {
  const counts = codePointCounts(words);
  for (const text of initialAlphabet) counts[text.codePointAt(0)!] = Infinity;
  const all = [...counts.keys()].filter((codePoint) => counts[codePoint]! > 0);
  const kept = all.sort((a, b) => (counts[a] === counts[b] ? a - b : counts[b]! - counts[a]!)).slice(0, alphabetLimit);
  return kept.sort((a, b) => a - b).map((codePoint) => String.fromCodePoint(codePoint));
}

/** How often each code point is in the text. */
export function codePointCounts({ bytes, ends, frequencies }: CountedWords): Float64Array {
  const counts = new Float64Array(codePointCount);
  let at = 0;
  ends.forEach((end, word) => {
    for (; at < end; at = characterEnd(bytes, at)) counts[codePointAt(bytes, at)]! += frequencies[word]!;
  });
  return counts;
}
