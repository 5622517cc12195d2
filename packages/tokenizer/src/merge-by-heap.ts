import type { RankedMerges } from './merge-symbols.ts';

/** A binary heap of numbers, the smallest first. */
class NumberHeap {
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

/**
 * `mergeSymbols` in O(n log n), where merges may be left out.
 *
 * @param isLeftOut is asked whenever a merge comes up; what is left out has another chance after the next merge
 */
export function mergeByHeap(
  symbols: Int32Array,
  length: number,
  { ranks, results }: RankedMerges,
  places: Int32Array | undefined,
  isLeftOut?: () => boolean,
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
  let leftOut: number[] = [];
  for (let top = heap.pop(); top >= 0; top = heap.pop()) {
    if (isLeftOut?.() === true) {
      leftOut.push(top);
      continue;
    }
    if (leftOut.length > 0) {
      for (const item of leftOut) heap.push(item);
      leftOut = [];
    }
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
