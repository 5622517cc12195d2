import { expect, test } from 'vitest';
import { wordSplitters } from './split-words.ts';
import { WordCounts } from './word-counts.ts';

const identity = Uint8Array.from({ length: 256 }, (_, i) => i);

test('counts distinct words over texts and keeps their bytes', () => {
  const counts = new WordCounts(wordSplitters.gpt2);
  for (const text of ['on é on', 'on', '']) for (const _ of counts.add(text));
  const { symbols, starts } = counts.symbols(identity);
  const words = Array.from({ length: counts.size }, (_, i) =>
    new TextDecoder().decode(Uint8Array.from(symbols.subarray(starts[i], starts[i + 1]))),
  );
  expect(words).toEqual(['on', ' é', ' on']);
  expect([...counts.frequencies]).toEqual([2, 1, 1]);
});

test('gives way to others during a long text', () => {
  const counts = new WordCounts(wordSplitters.gpt2);
  expect([...counts.add('to be '.repeat(20_000))].length).toBeGreaterThan(1);
  expect(counts.frequencies.reduce((sum, count) => sum + count)).toBe(40_001);
});
