import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WordTable } from './word-table.ts';

test('numbers distinct words as a Map does', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\ud800', '🙂'), maxLength: 6 }), {
    maxLength: 3000,
    size: 'max',
  });
  fc.assert(
    fc.property(words, (all) => {
      const table = new WordTable();
      const map = new Map<string, number>();
      for (const word of all) {
        if (!map.has(word)) map.set(word, map.size);
        expect(table.add(`<${word}>`, 1, 1 + word.length)).toBe(map.get(word));
      }
      expect(table.size).toBe(map.size);
      expect(table.unitCount).toBe([...map.keys()].join('').length);
    }),
    { numRuns: 10 },
  );
});
