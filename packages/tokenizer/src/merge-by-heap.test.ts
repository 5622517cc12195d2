import { foldIn, randomKey, randomUniform } from '@gptloom/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeByHeap } from './merge-by-heap.ts';
import type { RankedMerges } from './merge-symbols.ts';
import { mergeTables } from '../test/merge-tables.ts';

interface Part {
  id: number;
  readonly place: number;
}

/**
 * BPE-dropout in words: of all pairs that wait, the one of the best rank, then the leftmost, comes up; it may be left out, and
 * then waits for the next pair that is not, be it out of date or not.
 */
function mergePlainly(word: readonly number[], { ranks, results }: RankedMerges, isLeftOut: () => boolean): Part[] {
  const parts = word.map((id, place): Part => ({ id, place }));
  let waiting: { rank: number; place: number }[] = [];
  let leftOut: typeof waiting = [];
  const wait = (at: number): void => {
    const rank = at >= 0 && at + 1 < parts.length ? ranks.indexOf(parts[at]!.id, parts[at + 1]!.id) : -1;
    if (rank >= 0) waiting.push({ rank, place: parts[at]!.place });
  };
  parts.forEach((_, at) => wait(at));
  while (waiting.length > 0) {
    waiting.sort((a, b) => a.rank - b.rank || a.place - b.place);
    const pair = waiting.shift()!;
    if (isLeftOut()) {
      leftOut.push(pair);
      continue;
    }
    waiting = [...waiting, ...leftOut];
    leftOut = [];
    const at = parts.findIndex(({ place }) => place === pair.place);
    const [left, right] = [parts[at], parts[at + 1]];
    if (!left || !right || ranks.indexOf(left.id, right.id) !== pair.rank) continue;
    left.id = results[pair.rank]!;
    parts.splice(at + 1, 1);
    wait(at - 1);
    wait(at);
  }
  return parts;
}

test.each([0, 0.1, 0.5, 0.9, 1])('leaves out merges with probability %d, as defined', (probability) => {
  const words = fc.array(fc.nat(2), { maxLength: 60, size: 'max' });
  fc.assert(
    fc.property(words, mergeTables(3), fc.nat(), (word, merges, seed) => {
      const key = foldIn(randomKey(0), seed);
      const draws = (): (() => boolean) => {
        let drawn = 0;
        return () => randomUniform(foldIn(key, drawn++), 1)[0]! < probability;
      };
      const symbols = Int32Array.from(word);
      const places = new Int32Array(word.length);
      const count = mergeByHeap(symbols, word.length, merges, places, draws());
      const found = Array.from({ length: count }, (_, i): Part => ({ id: symbols[i]!, place: places[i]! }));
      expect(found).toEqual(mergePlainly(word, merges, draws()));
      if (probability === 1) expect(count).toBe(word.length);
    }),
    { numRuns: 200 },
  );
});
