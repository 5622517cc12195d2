import { TokenizerError } from '@gptloom/core';
import { expect, test } from 'vitest';
import { SpecialTokens } from './special-tokens.ts';
import { TokenDecoder } from './token-decoder.ts';

const smile = new TextEncoder().encode('🙂');
const decoder = new TokenDecoder(
  'Test',
  [smile.subarray(0, 2), smile.subarray(2), Uint8Array.of(0xef, 0xbb, 0xbf), Uint8Array.of(0x61), new Uint8Array(0)],
  new SpecialTokens('Test', new Map([['<s>', 4]])),
);

test('bytes of several tokens make one character; broken ones become U+FFFD', () => {
  expect(decoder.decode([3, 0, 1, 3], undefined)).toBe('a🙂a');
  expect(decoder.decode([3, 0, 3], undefined)).toBe('a\ufffda');
});

test('a byte order mark is kept', () => {
  expect(decoder.decode([2, 3, 2], undefined)).toBe('\ufeffa\ufeff');
});

test('special tokens are left out unless asked for', () => {
  expect(decoder.decode([3, 4, 3], undefined)).toBe('aa');
  expect(decoder.decode([3, 4, 3], { keepSpecial: true })).toBe('a<s>a');
  expect(decoder.tokenBytes(4)).toEqual(new Uint8Array(0));
});

test('a stream holds back a character until it is whole', () => {
  const stream = decoder.streamDecoder(undefined);
  expect([3, 0, 1, 4, 0].map((id) => stream.push(id))).toEqual(['a', '', '🙂', '', '']);
  expect(stream.flush()).toBe('\ufffd');
  expect(stream.push(3)).toBe('a');
});

test('changing the bytes that were handed out changes nothing', () => {
  decoder.tokenBytes(3)[0] = 0x62;
  expect(decoder.decode([3], undefined)).toBe('a');
});

test.each([-1, 5, 1.5, NaN])('id %d is refused with its place', (id) => {
  expect(() => decoder.decode([3, id], undefined)).toThrow(TokenizerError);
  expect(() => decoder.decode([3, id], undefined)).toThrow(`from 0 to 4; received ${id} at position 1`);
  expect(() => decoder.streamDecoder(undefined).push(id)).toThrow(TokenizerError);
});
