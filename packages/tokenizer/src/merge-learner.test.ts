import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MergeLearner, type LearnedMerges, type MergeLearnerOptions } from './merge-learner.ts';
import { characterWords } from './symbol-words.ts';
import { WordCounts } from './word-counts.ts';

function learn(words: readonly string[], vocabSize: number, options: Partial<MergeLearnerOptions> = {}): LearnedMerges {
  const counts = new WordCounts();
  for (const word of words) counts.addWord(word);
  const tokens = [...new Set(words.join(''))].sort();
  const cells = characterWords(counts.words, (codePoint) => tokens.indexOf(String.fromCodePoint(codePoint)));
  const steps = new MergeLearner(cells, { tokens, minFrequency: 0, ...options }).learn(vocabSize);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** The same by the book: all pairs are counted before each merge. */
function learnSlowly(words: readonly string[], vocabSize: number): string[] {
  const rows = words.map((word) => [...word]);
  const tokens = [...new Set(words.join(''))].sort();
  while (tokens.length < vocabSize) {
    const counts = new Map<string, { readonly pair: readonly [number, number]; count: number }>();
    for (const row of rows) {
      for (let i = 0; i + 1 < row.length; i++) {
        const pair = [tokens.indexOf(row[i]!), tokens.indexOf(row[i + 1]!)] as const;
        const entry = counts.get(pair.join()) ?? { pair, count: 0 };
        counts.set(pair.join(), entry);
        entry.count++;
      }
    }
    const [best] = [...counts.values()].sort(
      (a, b) => b.count - a.count || a.pair[0] - b.pair[0] || a.pair[1] - b.pair[1],
    );
    if (best === undefined) break;
    const [left, right] = best.pair.map((id) => tokens[id]!) as [string, string];
    if (tokens.includes(left + right)) throw new Error('made in two ways');
    tokens.push(left + right);
    for (const row of rows) {
      for (let i = 0; i + 1 < row.length; i++)
        if (row[i] === left && row[i + 1] === right) row.splice(i, 2, left + right);
    }
  }
  return tokens;
}

const small = readFileSync(`${import.meta.dirname}/../test/golden/small-corpus.txt`, 'utf8');

test('merges as counting everything before each merge would', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '🙂'), minLength: 1, maxLength: 9 }));
  let compared = 0;
  fc.assert(
    fc.property(words, (all) => {
      let expected: string[];
      try {
        expected = learnSlowly(all, 40);
      } catch {
        return;
      }
      compared++;
      expect(learn(all, 40).tokens).toEqual(expected);
      expect(learn(all, 40, { watchedCells: 0 }).tokens).toEqual(expected);
    }),
    { numRuns: 300 },
  );
  expect(compared).toBeGreaterThan(50);
});

test.each([0, 3])('leaving rare pairs aside changes nothing (minimum frequency %i)', (minFrequency) => {
  const words = small.split(/(?=\s)/);
  const all = learn(words, 1500, { minFrequency });
  expect(learn(words, 1500, { minFrequency, watchedCells: 0 })).toEqual(all);
  expect(all.tokens.length).toBeGreaterThan(100);
});

test('the prefix of continuing pieces is left out inside', () => {
  const counts = new WordCounts();
  for (const word of ['aba', 'aba', 'ab']) counts.addWord(word);
  const tokens = ['a', '##a', '##b'];
  const cells = characterWords(counts.words, (codePoint, isFirst) =>
    tokens.indexOf((isFirst ? '' : '##') + String.fromCodePoint(codePoint)),
  );
  const steps = new MergeLearner(cells, { tokens, minFrequency: 0, continuingPrefix: '##' }).learn(9);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  expect(step.value).toEqual({ tokens: ['a', '##a', '##b', 'ab', 'aba'], merges: [[0, 2], [3, 1]] }); // prettier-ignore
});
