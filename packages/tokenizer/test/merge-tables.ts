import fc from 'fast-check';
import type { RankedMerges } from '../src/merge-symbols.ts';
import { PairTable } from '../src/pair-table.ts';

/** Tables of merges for properties: the first tokens are `letters`; merge number i makes token `letters + i` of two earlier ones. */
export function mergeTables(letters: number): fc.Arbitrary<RankedMerges> {
  return fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 12 }).map((choices) => {
    const ranks = new PairTable();
    for (const [a, b] of choices) ranks.add(a % (letters + ranks.size), b % (letters + ranks.size));
    return { ranks, results: Int32Array.from({ length: ranks.size }, (_, i) => letters + i) };
  });
}
