import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PairTable } from './pair-table.ts';

test('a table of pairs that all differ, or none where one stands twice', () => {
  const lefts = Int32Array.from({ length: 1000 }, (_, i) => i >> 3);
  const rights = Int32Array.from({ length: 1000 }, (_, i) => i & 7);
  const table = PairTable.ofDistinct(lefts.slice(), rights.slice())!;
  expect(table.size).toBe(1000);
  lefts.forEach((left, i) => expect(table.indexOf(left, rights[i]!)).toBe(i));
  expect(table.indexOf(0, 8)).toBe(-1);
  expect(table.add(0, 8)).toBe(1000);
  rights[999] = 0;
  expect(PairTable.ofDistinct(lefts, rights)).toBeUndefined();
});

test('numbers distinct pairs in the order of their first appearance, as a Map does', () => {
  const pairs = fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 1500, size: 'max' });
  fc.assert(
    fc.property(pairs, (all) => {
      const table = new PairTable();
      const map = new Map<string, number>();
      for (const [left, right] of all) {
        const key = `${left} ${right}`;
        expect(table.indexOf(left, right)).toBe(map.get(key) ?? -1);
        if (!map.has(key)) map.set(key, map.size);
        expect(table.add(left, right)).toBe(map.get(key));
      }
      expect(table.size).toBe(map.size);
      for (const [key, index] of map) expect(`${table.left(index)} ${table.right(index)}`).toBe(key);
    }),
    { numRuns: 20 },
  );
});
