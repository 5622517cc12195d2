import { NumberHeap, type RankedMerges } from '../merge-symbols.ts';

/**
 * Byte pair merges of which each is left out with a probability, whenever it comes up (BPE-dropout). Works like
 * `mergeSymbols`, with the places of the symbols that remain.
 * Source: Provilkov et al. 2020, "BPE-Dropout", section 3; huggingface/tokenizers `Word::merge_all`.
 *
 * @param draw the next number from 0 to 1 of the random stream
 */
export function mergeWithDropout(
  symbols: Int32Array,
  length: number,
  { ranks, results }: RankedMerges,
  places: Int32Array,
  probability: number,
  draw: () => number,
): number {
  const spread = 2 ** 32;
  const before = Int32Array.from({ length }, (_, i) => i - 1);
  const after = Int32Array.from({ length }, (_, i) => i + 1);
  const heap = new NumberHeap(4 * length + 4);
  const queue = (at: number): void => {
    if (at < 0 || after[at]! >= length) return;
    const rank = ranks.indexOf(symbols[at]!, symbols[after[at]!]!);
    if (rank >= 0) heap.push(rank * spread + at);
  };
  for (let i = 0; i < length; i++) queue(i);
  let skipped: number[] = [];
  for (let top = heap.pop(); top >= 0; top = heap.pop()) {
    if (draw() < probability) {
      skipped.push(top);
      continue;
    }
    // What was left out has another chance after each merge.
    for (const item of skipped) heap.push(item);
    skipped = [];
    const rank = Math.floor(top / spread);
    const at = top - rank * spread;
    const next = after[at]!;
    if (symbols[at]! < 0 || next >= length || ranks.indexOf(symbols[at]!, symbols[next]!) !== rank) continue;
    symbols[at] = results[rank]!;
    symbols[next] = -1;
    after[at] = after[next]!;
    if (after[at]! < length) before[after[at]!] = at;
    queue(before[at]!);
    queue(at);
  }
  let count = 0;
  for (let i = 0; i < length; i = after[i]!) {
    places[count] = i;
    symbols[count++] = symbols[i]!;
  }
  return count;
}
