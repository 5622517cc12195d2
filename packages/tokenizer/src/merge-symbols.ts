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

/** A binary heap of numbers, the smallest first. */
export class NumberHeap {
  private readonly items: Float64Array;
  private size = 0;

  constructor(capacity: number) {
    this.items = new Float64Array(capacity);
  }

  push(item: number): void {
    const { items } = this;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]! <= item) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  /** The smallest number, or -1 where none is left. */
  pop(): number {
    if (this.size === 0) return -1;
    const { items } = this;
    const top = items[0]!;
    const last = items[--this.size]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= last) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

function mergeByHeap(
  symbols: Int32Array,
  length: number,
  { ranks, results }: RankedMerges,
  places: Int32Array | undefined,
): number {
  // Rank and place in one number, below 2^53: the order of the heap is that of ranks, then of places.
  const spread = 2 ** 32;
  const before = new Int32Array(length);
  const after = new Int32Array(length);
  // Every merge removes a symbol and adds at most two candidates to the first `length - 1`.
  const heap = new NumberHeap(3 * length);
  const queue = (at: number): void => {
    const next = after[at]!;
    if (next === length) return;
    const rank = ranks.indexOf(symbols[at]!, symbols[next]!);
    if (rank >= 0) heap.push(rank * spread + at);
  };
  for (let i = 0; i < length; i++) {
    before[i] = i - 1;
    after[i] = i + 1;
  }
  for (let i = 0; i < length; i++) queue(i);
  for (let top = heap.pop(); top >= 0; top = heap.pop()) {
    const rank = Math.floor(top / spread);
    const at = top - rank * spread;
    const next = after[at]!;
    // A candidate is out of date where its symbols have been merged with others. Removed symbols are -1.
    if (symbols[at]! < 0 || next === length || ranks.indexOf(symbols[at]!, symbols[next]!) !== rank) continue;
    symbols[at] = results[rank]!;
    symbols[next] = -1;
    after[at] = after[next]!;
    if (after[at]! < length) before[after[at]!] = at;
    if (before[at]! >= 0) queue(before[at]!);
    queue(at);
  }
  let count = 0;
  for (let i = 0; i < length; i = after[i]!) {
    if (places !== undefined) places[count] = i;
    symbols[count++] = symbols[i]!;
  }
  return count;
}
