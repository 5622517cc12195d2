import { ConfigError, FormatError, TokenizerError } from '@gptloom/core';
import { expect, test } from 'vitest';
import { CharTokenizer } from './char-tokenizer.ts';

test('one token for each distinct code point, sorted, then end and pad', () => {
  const tokenizer = CharTokenizer.train(['b🙂a', 'ab\n']);
  expect(tokenizer.characters).toEqual(['\n', 'a', 'b', '🙂']);
  expect([tokenizer.endToken, tokenizer.padToken, tokenizer.vocabSize]).toEqual([4, 5, 6]);
  expect(tokenizer.encode('🙂ab')).toEqual([3, 1, 2]);
  expect(tokenizer.decode([3, 1, 4, 2])).toBe('🙂ab');
  expect(tokenizer.tokenBytes(3)).toEqual(new TextEncoder().encode('🙂'));
});

test('an unknown character is named, with its place in the text', () => {
  const tokenizer = CharTokenizer.train('abc🙂<|endoftx>');
  expect(() => tokenizer.encode('a🙂é')).toThrow(TokenizerError);
  expect(() => tokenizer.encode('a🙂é')).toThrow('received "é" (U+00E9) at index 3');
  expect(() => tokenizer.encode('a<|endoftext|>é', { allowedSpecial: 'all' })).toThrow('at index 14');
});

test('lone surrogates count as U+FFFD', () => {
  const tokenizer = CharTokenizer.train('a\ud800');
  expect(tokenizer.characters).toEqual(['a', '\ufffd']);
  expect(tokenizer.decode(tokenizer.encode('\udc00a'))).toBe('\ufffda');
});

test.each([
  ['two characters in one', ['ab'], '"ab"'],
  ['nothing', [''], '""'],
  ['half a surrogate pair', ['\ud83d'], 'one character'],
  ['the same twice', ['a', 'b', 'a'], '"a" twice'],
])('refuses %s', (_, characters, message) => {
  expect(() => new CharTokenizer(characters)).toThrow(ConfigError);
  expect(() => new CharTokenizer(characters)).toThrow(message);
});

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  [{}, 'an object'],
  [['a', 1], '1'],
])('refuses to be trained on %j', (text, received) => {
  expect(() => CharTokenizer.train(text as never)).toThrow(TokenizerError);
  expect(() => CharTokenizer.train(text as never)).toThrow(
    `CharTokenizer.train: text must be a string; received ${received}`,
  );
});

test('comes back from its files', () => {
  const tokenizer = new CharTokenizer(['z', '1', '0', '"', '\\', '\n']);
  const back = CharTokenizer.fromJson(tokenizer.toFiles()['tokenizer.json']);
  expect(back.characters).toEqual(tokenizer.characters);
  expect(back.fingerprint).toBe(tokenizer.fingerprint);
  expect(back.fingerprint).not.toBe(CharTokenizer.train('z').fingerprint);
});

test('refuses other files by the name of what differs', () => {
  const json = CharTokenizer.train('ab').toFiles()['tokenizer.json'];
  const change = (from: string, to: string): (() => CharTokenizer) => {
    expect(json).toContain(from);
    return () => CharTokenizer.fromJson(json.replace(from, to));
  };
  expect(change('"Isolated"', '"Removed"')).toThrow(FormatError);
  expect(change('"Isolated"', '"Removed"')).toThrow('pre_tokenizer.behavior must be "Isolated"');
  expect(change('"WordLevel"', '"Unigram"')).toThrow(/model\.type.*"Unigram"/);
  expect(change('"a": 0', '"ab": 0')).toThrow('id 0 in model.vocab must be one character; received "ab"');
  expect(change('"decoder"', '"decoders"')).toThrow('decoder');
});
