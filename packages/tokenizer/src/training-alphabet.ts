import { characterEnd, codePointAt } from './utf8-text.ts';
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
  const counts = new Map<number, number>();
  let at = 0;
  words.ends.forEach((end, word) => {
    while (at < end) {
      const codePoint = codePointAt(words.bytes, at);
      counts.set(codePoint, (counts.get(codePoint) ?? 0) + words.frequencies[word]!);
      at = characterEnd(words.bytes, at);
    }
  });
  for (const text of initialAlphabet) counts.set(text.codePointAt(0)!, Infinity);
  const byCount = [...counts].sort((a, b) => (a[1] === b[1] ? a[0] - b[0] : b[1] - a[1]));
  const kept = byCount.slice(0, alphabetLimit ?? byCount.length).map(([codePoint]) => codePoint);
  return kept.sort((a, b) => a - b).map((codePoint) => String.fromCodePoint(codePoint));
}
