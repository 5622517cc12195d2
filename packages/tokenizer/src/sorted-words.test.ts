import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortedWords } from './sorted-words.ts';
import { trainUnigramTokenizer } from './train-unigram-tokenizer.ts';
import { WordCounts, wordTexts } from './word-counts.ts';

function countsOf(words: readonly string[]): WordCounts {
  const counts = new WordCounts();
  for (const word of words) counts.addWord(word);
  return counts;
}

test('words of any order are sorted by their bytes, each with its count', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((text) => text.toWellFormed());
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const sorted = sortedWords(countsOf(words).words);
      const texts = [...wordTexts(sorted)];
      const bytes = (text: string): Buffer => Buffer.from(text);
      expect(texts).toEqual([...new Set(words)].sort((a, b) => Buffer.compare(bytes(a), bytes(b))));
      expect([...sorted.frequencies]).toEqual(texts.map((text) => words.filter((other) => other === text).length));
    }),
    { seed: 3 },
  );
});

test('a Unigram tokenizer does not depend on the order in which threads meet words', async () => {
  // Many lengths and counts, so that sums of probabilities round differently in another order.
  const words = Array.from({ length: 3000 }, (_, i) => (((i * i * 7919) % 100_003) ** 2).toString(5));
  const train = async (documents: readonly string[]): Promise<unknown> => {
    const tokenizer = await trainUnigramTokenizer(documents, { vocabSize: 300 });
    return tokenizer.toFiles();
  };
  expect(await train([...words].reverse())).toEqual(await train(words));
});
