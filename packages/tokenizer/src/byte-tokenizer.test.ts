import { FormatError } from '@gptloom/core';
import { expect, test } from 'vitest';
import { ByteTokenizer } from './byte-tokenizer.ts';

const tokenizer = new ByteTokenizer();

test('ids are the UTF-8 bytes', () => {
  expect(tokenizer.encode('hé\ud800')).toEqual([104, 195, 169, 239, 191, 189]);
  expect(tokenizer.decode([104, 195, 256, 169])).toBe('hé');
  expect(tokenizer.encode('a<|endoftext|>', { allowedSpecial: 'all' })).toEqual([97, 256]);
  expect(tokenizer.tokenBytes(255)).toEqual(Uint8Array.of(255));
});

test('comes back from its files, and refuses others by the name of what differs', () => {
  const json = tokenizer.toFiles()['tokenizer.json'];
  expect(ByteTokenizer.fromJson(json).fingerprint).toBe(tokenizer.fingerprint);
  expect(() => ByteTokenizer.fromJson(json.replace('"A": 65', '"A": 66'))).toThrow(FormatError);
  expect(() => ByteTokenizer.fromJson(json.replace('"A": 65', '"A": 66'))).toThrow('model.vocab.A must be 65');
  expect(() => ByteTokenizer.fromJson(json.replace('"id": 257', '"id": 9'))).toThrow('added_tokens[1].id must be 257');
});
