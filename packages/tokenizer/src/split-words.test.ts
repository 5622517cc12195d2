import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordEnds } from './split-text.ts';
import { wordSplitters } from './split-words.ts';

function split(text: string): string[] {
  let start = 0;
  return wordEnds(text, wordSplitters.gpt2).map((end) => text.slice(start, (start = end)));
}

// GPT-2's own pattern with \s spelled as Unicode's White_Space, which is what it means to the reference.
const published =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

test('a worked example', () => {
  expect(split("Hello, world!  It's 42 o'clock\n\n  x")).toEqual([
    ...['Hello', ',', ' world', '!', ' ', ' It', "'s", ' 42', ' o', "'", 'clock', '\n\n ', ' x'],
  ]);
});

test('contractions are lower case, and only at a word of their own', () => {
  expect(split("'s't're've'm'll'd'S 'll 're")).toEqual([
    "'s",
    "'t",
    "'re",
    "'ve",
    "'m",
    "'ll",
    "'d",
    "'",
    'S',
    " '",
    'll',
    " '",
    're',
  ]);
});

test('equals the published pattern on any text', () => {
  const pieces = fc.constantFrom(
    "'s",
    "'ll",
    "'r",
    ' ',
    '  ',
    '\n',
    '\u0085',
    '\ufeff',
    'a',
    'é',
    '1',
    '½',
    '!',
    '🙂',
    '𝔸',
    '𝟘',
  );
  const text = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 30 }).map((all) => all.join(''));
  fc.assert(
    fc.property(text, (t) => {
      expect(split(t)).toEqual(t.match(published) ?? []);
    }),
    { numRuns: 1000 },
  );
});

test('lone surrogates are characters that are neither letters nor spaces', () => {
  expect(split('a\ud800\udc00b')).toEqual(['a\ud800\udc00b']);
  expect(split('a\ud800b \udc00\ud800')).toEqual(['a', '\ud800', 'b', ' \udc00\ud800']);
});

test.each(['a', ' ', '\n', '1', '!', '\ud800'])('a million times %j is one word', (character) => {
  expect(split(character.repeat(1_000_000))).toHaveLength(1);
});
