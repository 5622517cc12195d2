import { mergeByHeap } from '../merge-by-heap.ts';
import type { RankedMerges } from '../merge-symbols.ts';

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
  merges: RankedMerges,
  places: Int32Array,
  probability: number,
  draw: () => number,
): number {
  return mergeByHeap(symbols, length, merges, places, () => draw() < probability);
}
