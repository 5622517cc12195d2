import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digitGroups } from './digit-groups.ts';
import type { TextRange } from './text-pattern.ts';

// Digits of Oniguruma and of JavaScript differ: `\d` is any decimal digit, `\b` stands beside any letter or mark.
const digits = { '\\d': '\\p{Nd}', '[0-9]': '[0-9]', '\\p{N}': '\\p{N}' };
const word = String.raw`[\p{L}\p{M}\p{N}\p{Pc}]`;
const ends = (digit: string, of: string): readonly (readonly [written: string, meant: string])[] => [
  ['\\b', `(?!${word})`],
  [`(?!${digit})`, `(?!${of})`],
];

/** Every pattern that is searched by hand, and what it means to JavaScript. */
const patterns = Object.entries(digits).flatMap(([digit, of]) =>
  ends(digit, of).flatMap(([written, meant]) => {
    if (digit === '\\p{N}' && written === '\\b') return [];
    return [
      [`${digit}{1,3}(?=(?:${digit}{3})*${written})`, `${of}{1,3}(?=(?:${of}{3})*${meant})`],
      [`(?=(${digit}{3})+${written})`, `(?=(?:${of}{3})+${meant})`],
      [`(?=(?:${digit}{3})+${written})`, `(?=(?:${of}{3})+${meant})`],
    ] as const;
  }),
);

describe('digit groups', () => {
  test.each(patterns)('%s finds what the regular expression finds', (pattern, meaning) => {
    const find = digitGroups(pattern)!;
    const expression = new RegExp(meaning, 'gv');
    // Mostly digits of one and of two units, so that long runs of them come up.
    const unit = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('1', '2', '7', '0') },
      { weight: 2, arbitrary: fc.constantFrom('٣', '𝟘', '½', '²', '〇') },
      { weight: 1, arbitrary: fc.constantFrom('a', '_', ' ', '\n', '\u0301', ',', '.', '😀') },
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40, size: 'max' }), (text) => {
        const expected = Array.from(text.matchAll(expression), ({ index, 0: match }): TextRange => {
          return [index, index + match.length];
        });
        expect(find(text)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('group from the right', () => {
    expect(digitGroups(String.raw`\d{1,3}(?=(?:\d{3})*\b)`)!('a 1234567 b')).toEqual([
      [2, 3],
      [3, 6],
      [6, 9],
    ]);
    expect(digitGroups(String.raw`(?=(\d{3})+(?!\d))`)!('1234567')).toEqual([
      [1, 1],
      [4, 4],
    ]);
  });

  test.each([
    String.raw`\d{1,3}`,
    String.raw`\d{1,3}(?=(?:[0-9]{3})*\b)`,
    String.raw`\d{1,3}(?=(?:\d{3})+\b)`,
    String.raw`\d{1,2}(?=(?:\d{3})*\b)`,
    String.raw` \d{1,3}(?=(?:\d{3})*\b)`,
    String.raw`\p{N}{1,3}(?=(?:\p{N}{3})*\b)`,
    String.raw`(?=(?:\p{N}{3})+\b)`,
    String.raw`(?=(\d{3})+)`,
  ])('leave %s to the engine', (pattern) => {
    expect(digitGroups(pattern)).toBeUndefined();
  });
});
