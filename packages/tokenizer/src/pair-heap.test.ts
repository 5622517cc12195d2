import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PairHeap } from './pair-heap.ts';

test('gives the most frequent pair first, ties to the smaller pair of ids', () => {
  const small = fc.nat(4);
  fc.assert(
    fc.property(fc.array(fc.tuple(small, small, small)), (all) => {
      const places = new Int32Array(0);
      const heap = new PairHeap();
      all.forEach(([count, left, right], index) => heap.push({ index, left, right, count, places, start: 0, end: 0 }));
      const popped = all.map(() => heap.pop()!).map(({ count, left, right }) => [count, left, right]);
      const sorted = all.toSorted((a, b) => b[0] - a[0] || a[1] - b[1] || a[2] - b[2]);
      expect(popped).toEqual(sorted);
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
