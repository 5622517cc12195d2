import { expect, test } from 'vitest';
import { encoded } from '../test/encoded.ts';
import { wordSplitters } from './split-words.ts';
import { WordCounts, wordTexts } from './word-counts.ts';

const count = (...texts: string[]): WordCounts => {
  const counts = new WordCounts();
  for (const _ of counts.addTexts(encoded(...texts), wordSplitters.gpt2));
  return counts;
};

test('counts distinct words over texts', () => {
  const { words } = count('on é on', 'on', '');
  expect([...wordTexts(words)]).toEqual(['on', ' é', ' on']);
  expect([...words.frequencies]).toEqual([2, 1, 1]);
});

test('counts of two threads add up', () => {
  const counts = count('to be or');
  counts.addCounts(count('not to be to be').words);
  counts.addWord('to');
  expect([...wordTexts(counts.words)]).toEqual(['to', ' be', ' or', 'not', ' to']);
  expect([...counts.words.frequencies]).toEqual([2, 3, 1, 1, 2]);
});

test('gives way to others during a long text', () => {
  const counts = new WordCounts();
  expect([...counts.addTexts(encoded('to be '.repeat(20_000)), wordSplitters.gpt2)].length).toBeGreaterThan(1);
  expect(counts.words.frequencies.reduce((sum, times) => sum + times)).toBe(40_001);
});
