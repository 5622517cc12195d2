import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Utf8Text } from './utf8-text.ts';
import { WordTable } from './word-table.ts';

test.each([
  ['words that fit into a slot', 6],
  ['longer words', 30],
])('numbers distinct %s as a Map does', (_, maxLength) => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'é', '🙂'), minLength: 1, maxLength }), {
    maxLength: 3000,
    size: 'max',
  });
  const utf8 = new Utf8Text();
  fc.assert(
    fc.property(words, (all) => {
      const table = new WordTable();
      const map = new Map<string, number>();
      for (const word of all) {
        if (!map.has(word)) map.set(word, map.size);
        const length = utf8.write(`<${word}>>`);
        expect(table.add(utf8.bytes, utf8.view, 1, length - 2)).toBe(map.get(word));
      }
      expect(table.size).toBe(map.size);
      const { bytes, ends } = table.parts;
      const decoder = new TextDecoder();
      const texts = Array.from(ends, (end, i) => decoder.decode(bytes.subarray(i === 0 ? 0 : ends[i - 1], end)));
      expect(texts).toEqual([...map.keys()]);
    }),
    { numRuns: 10 },
  );
});
