import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PairTable } from './pair-table.ts';

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
