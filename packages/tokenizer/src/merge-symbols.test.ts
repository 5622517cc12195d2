import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeSymbols, type RankedMerges } from './merge-symbols.ts';
import { PairTable } from './pair-table.ts';
import { mergeTables } from '../test/merge-tables.ts';

/** The definition: the pair of the lowest rank, the leftmost of equal ones, until none is left. */
function mergeByDefinition(symbols: readonly number[], { ranks, results }: RankedMerges): number[] {
  const left = [...symbols];
  for (;;) {
    let best = -1;
    let bestRank = Infinity;
    for (let i = 0; i + 1 < left.length; i++) {
      const rank = ranks.indexOf(left[i]!, left[i + 1]!);
      if (rank >= 0 && rank < bestRank) [best, bestRank] = [i, rank];
    }
    if (best < 0) return left;
    left.splice(best, 2, results[bestRank]!);
  }
}

test.each([
  ['short words, by scanning', 0, 48],
  ['long words, by a heap', 49, 300],
])('merges %s, as defined', (_, minLength, maxLength) => {
  const words = fc.array(fc.nat(1), { minLength, maxLength, size: 'max' });
  fc.assert(
    fc.property(words, mergeTables(2), (word, merges) => {
      const symbols = Int32Array.from(word);
      const count = mergeSymbols(symbols, symbols.length, merges);
      expect([...symbols.subarray(0, count)]).toEqual(mergeByDefinition(word, merges));
    }),
    { numRuns: 300 },
  );
});

test('a word of a million equal symbols merges pairwise', () => {
  const ranks = new PairTable();
  for (let token = 0; token < 20; token++) ranks.add(token, token);
  const symbols = new Int32Array(2 ** 20);
  const results = Int32Array.from({ length: 20 }, (_, i) => i + 1);
  expect(mergeSymbols(symbols, symbols.length, { ranks, results })).toBe(1);
  expect(symbols[0]).toBe(20);
});
