import fc from 'fast-check';
import { expect, test } from 'vitest';
import { characterBefore, characterEnd, codePointAt, Utf8Text } from './utf8-text.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({ maxLength: 100 }),
  fc.string({ unit: 'binary', maxLength: 100 }).map((one) => `${one}\ud800`),
);

test('writes any text as TextEncoder does, one after another, with room behind', () => {
  const utf8 = new Utf8Text();
  fc.assert(
    fc.property(text, fc.constantFrom(1, 1, 1, 5000), (one, times) => {
      const all = one.repeat(times);
      const length = utf8.write(all);
      expect(Buffer.compare(utf8.bytes.subarray(0, length), new TextEncoder().encode(all))).toBe(0);
      expect(utf8.view.buffer).toBe(utf8.bytes.buffer);
      expect(utf8.bytes.length).toBeGreaterThanOrEqual(length + 8);
    }),
    { numRuns: 300 },
  );
});

test('finds the characters of any text forwards and backwards', () => {
  const utf8 = new Utf8Text();
  fc.assert(
    fc.property(text, (one) => {
      const length = utf8.write(one);
      const found: number[] = [];
      for (let at = 0; at < length; at = characterEnd(utf8.bytes, at)) {
        found.push(codePointAt(utf8.bytes, at));
        expect(characterBefore(utf8.bytes, characterEnd(utf8.bytes, at))).toBe(at);
      }
      expect(found).toEqual(Array.from(one.toWellFormed(), (character) => character.codePointAt(0)));
    }),
  );
});
