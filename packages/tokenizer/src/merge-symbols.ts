import { mergeByHeap } from './merge-by-heap.ts';
import type { PairTable } from './pair-table.ts';

/** Merges ready to apply: pairs numbered by rank, and the token that each becomes. */
export interface RankedMerges {
  readonly ranks: PairTable;
  readonly results: Int32Array;
}

// Up to here scanning for the lowest rank beats the bookkeeping of a heap.
const longestScanned = 48;
const unranked = 0x7fffffff;

/**
 * Applies byte pair merges to the first `length` symbols in place and returns how many remain: the pair of the lowest
 * rank first, the leftmost of equal ones. O(n²) with a small constant for short words, O(n log n) for long ones.
 *
 * @param places receives for each symbol that remains the number of the first symbol that it was made of
 */
export function mergeSymbols(
  symbols: Int32Array,
  length: number,
  merges: RankedMerges,
  places: Int32Array | undefined = undefined,
): number {
  return length <= longestScanned
    ? mergeByScanning(symbols, length, merges, places)
    : mergeByHeap(symbols, length, merges, places);
}

const scannedRanks = /* @__PURE__ */ new Int32Array(longestScanned);

function mergeByScanning(
  symbols: Int32Array,
  length: number,
  { ranks, results }: RankedMerges,
  places: Int32Array | undefined,
): number {
  if (places !== undefined) for (let i = 0; i < length; i++) places[i] = i;
  const rankAt = (at: number): number => {
    const rank = ranks.indexOf(symbols[at]!, symbols[at + 1]!);
    return rank < 0 ? unranked : rank;
  };
  let count = length;
  for (let i = 0; i + 1 < count; i++) scannedRanks[i] = rankAt(i);
  while (count > 1) {
    let best = 0;
    for (let i = 1; i + 1 < count; i++) if (scannedRanks[i]! < scannedRanks[best]!) best = i;
    const rank = scannedRanks[best]!;
    if (rank === unranked) break;
    symbols[best] = results[rank]!;
    count--;
    for (let i = best + 1; i < count; i++) {
      symbols[i] = symbols[i + 1]!;
      scannedRanks[i] = scannedRanks[i + 1]!;
    }
    if (places !== undefined) places.copyWithin(best + 1, best + 2, count + 1);
    if (best > 0) scannedRanks[best - 1] = rankAt(best - 1);
    if (best + 1 < count) scannedRanks[best] = rankAt(best);
  }
  return count;
}
