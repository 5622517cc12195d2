import { ConfigError, TokenizerError } from '@gptloom/core';
import { expect, test } from 'vitest';
import { SpecialTokens } from './special-tokens.ts';

const special = new SpecialTokens(
  'Test',
  new Map([
    ['<s>', 1],
    ['<s>>', 2],
    ['[a|b]', 3],
  ]),
);

test('special tokens are plain text unless they are allowed', () => {
  expect(special.split('x<s>y', undefined)).toEqual(['x<s>y']);
  expect(special.split('x<s>y', { allowedSpecial: 'none' })).toEqual(['x<s>y']);
  expect(special.split('x<s>[a|b]y', { allowedSpecial: new Set(['[a|b]']) })).toEqual(['x<s>', 3, 'y']);
});

test('the leftmost match wins, then the longest; texts are no patterns', () => {
  expect(special.split('<<s>>a[a|b]b<s>', { allowedSpecial: 'all' })).toEqual(['<', 2, 'a', 3, 'b', 1]);
});

test('refuses what can not be meant', () => {
  expect(() => special.split('x', { allowedSpecial: new Set(['<t>']) })).toThrow(TokenizerError);
  expect(() => special.split('x', { allowedSpecial: new Set(['<t>']) })).toThrow(/"<t>".*<s>, <s>>/);
  expect(() => special.split('x', { allowedSpecial: 'some' as 'all' })).toThrow(ConfigError);
  expect(() => special.split(7 as unknown as string, undefined)).toThrow('Test.encode: text must be a string');
});
