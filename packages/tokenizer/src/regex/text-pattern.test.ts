import { TokenizerError } from '@gptloom/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTextPattern, type TextRange } from './text-pattern.ts';
import { translateRegex } from './translate-regex.ts';

const find = (source: string, text: string): readonly TextRange[] => {
  return readTextPattern('pattern', { Regex: source }).findAll(text);
};
/** What the engine finds with the pattern itself. */
const findSlowly = (source: string, text: string): TextRange[] => {
  return Array.from(text.matchAll(new RegExp(translateRegex(source), 'gv')), ({ index, 0: match }) => {
    return [index, index + match.length];
  });
};

const patterns = [
  String.raw`\d{1,3}(?=(?:\d{3})*\b)`,
  String.raw`[0-9]{1,3}(?=(?:[0-9]{3})*\b)`,
  String.raw`\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))`,
  String.raw`(?=(\d{3})+(?!\d))`,
  String.raw`(?=(?:\d{3})+\b)`,
  String.raw`(?=(?:\p{N}{3})+\b)`,
  String.raw`\s+$`,
  String.raw`\s+\z`,
  String.raw` +\Z`,
  String.raw`[ab]+$`,
];

test.each(patterns)('%s finds what the engine finds', (pattern) => {
  const unit = fc.constantFrom('1', '2', '٣', '𝟘', '½', '²', 'a', 'b', '_', ' ', '\n', '\u0301', ',', '\u00a0');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40, size: 'max' }), (text) => {
      expect(find(pattern, text)).toEqual(findSlowly(pattern, text));
    }),
    { numRuns: 300 },
  );
});

// The one that is left to the engine is not.
const linear = patterns.filter((pattern) => pattern !== String.raw`(?=(?:\p{N}{3})+\b)`);
test.each(linear)('%s takes linear time', (pattern) => {
  // Quadratic time would take hours.
  for (const run of ['7', ' ', 'a']) {
    for (const end of ['', 'x', '!', ' x']) find(pattern, run.repeat(2 ** 20) + end);
  }
});

test('what the engine has no room for is a typed error', () => {
  const text = 'a'.repeat(2 ** 24);
  let found: readonly TextRange[];
  try {
    found = find('[a-z]+', text);
  } catch (error) {
    expect(error).toBeInstanceOf(TokenizerError);
    return;
  }
  // An engine that has more.
  expect(found).toEqual([[0, text.length]]);
});
