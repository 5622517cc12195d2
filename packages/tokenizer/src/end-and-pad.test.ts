import { FormatError } from '@gptloom/core';
import { expect, test } from 'vitest';
import { findEndAndPad, tokenizerConfigJson } from './end-and-pad.ts';
import type { TokenList } from './tokenizer-document.ts';

const list = (tokens: string[], ...special: string[]): TokenList => ({
  tokens,
  specialTokens: new Map(special.map((text) => [text, tokens.indexOf(text)])),
});
const gpt2 = list(['!', 'a', '<|endoftext|>'], '<|endoftext|>');
const chat = list(['a', '<pad>', '</s>', '<|im_end|>'], '<pad>', '</s>', '<|im_end|>');

test('the configuration decides, as a text or as an object', () => {
  const config = { eos_token: { content: '</s>' }, pad_token: '<pad>' };
  expect(findEndAndPad(chat, JSON.stringify(config))).toEqual({ endToken: 2, padToken: 1 });
});

test('usual names serve where there is no configuration', () => {
  expect(findEndAndPad(chat, undefined)).toEqual({ endToken: 3, padToken: 1 });
});

test('where the end token is all there is, the lowest other id fills batches', () => {
  expect(findEndAndPad(gpt2, undefined)).toEqual({ endToken: 2, padToken: 0 });
  const same = JSON.stringify({ eos_token: '<|endoftext|>', pad_token: '<|endoftext|>' });
  expect(findEndAndPad(gpt2, same)).toEqual({ endToken: 2, padToken: 0 });
  expect(findEndAndPad(list(['</s>', 'a'], '</s>'), undefined)).toEqual({ endToken: 0, padToken: 1 });
});

test('a borrowed padding token is not written as special', () => {
  expect(JSON.parse(tokenizerConfigJson(gpt2, { endToken: 2, padToken: 0 }))).not.toHaveProperty('pad_token');
  expect(JSON.parse(tokenizerConfigJson(chat, { endToken: 3, padToken: 1 }))).toMatchObject({ pad_token: '<pad>' });
});

test('refuses names that are no tokens, and files without an end token', () => {
  expect(() => findEndAndPad(gpt2, '{"eos_token": "</s>"}')).toThrow(FormatError);
  expect(() => findEndAndPad(gpt2, '{"eos_token": "</s>"}')).toThrow('tokenizer_config.json: eos_token');
  expect(() => findEndAndPad(list(['a', '<x>'], '<x>'), undefined)).toThrow(/end token.*\["<x>"\].*eos_token/);
  expect(() => findEndAndPad(gpt2, '{')).toThrow('tokenizer_config.json: must be JSON');
});
