import { FormatError, TokenizerError } from '@gptloom/core';
import { beforeAll, expect, test } from 'vitest';
import { BpeTokenizer, type BpeParts } from './bpe-tokenizer.ts';
import { trainBpeTokenizer } from './train-bpe-tokenizer.ts';

type Json = Record<string, Record<string, unknown>>;

let tokenizer: BpeTokenizer;
let json: string;
beforeAll(async () => {
  tokenizer = await trainBpeTokenizer('she sells sea shells by the sea shore', { vocabSize: 270 });
  json = tokenizer.toFiles()['tokenizer.json'];
});

const changed = (change: (document: Json) => void): string => {
  const document = JSON.parse(json) as Json;
  change(document);
  return JSON.stringify(document);
};

test('merges within words, in the order of training', () => {
  const texts = tokenizer.encode('she sells').map((id) => tokenizer.tokens[id]);
  expect(texts.join('')).toBe('sheĠsells');
  expect(texts.length).toBeLessThan(9);
});

test('tokens stand for bytes; special ones for none', () => {
  const id = tokenizer.tokens.indexOf('Ġs');
  expect(tokenizer.tokenBytes(id)).toEqual(Uint8Array.of(0x20, 0x73));
  expect(tokenizer.tokenBytes(tokenizer.endToken)).toHaveLength(0);
});

test('the fingerprint tells tokenizers apart, not files', () => {
  const pairsAsText = changed(({ model }) => {
    model!['merges'] = (model!['merges'] as string[][]).map((pair) => pair.join(' '));
  });
  expect(BpeTokenizer.fromJson(pairsAsText).fingerprint).toBe(tokenizer.fingerprint);
  const fewer = changed(({ model }) => {
    model!['merges'] = (model!['merges'] as string[][]).slice(1);
  });
  expect(BpeTokenizer.fromJson(fewer).fingerprint).not.toBe(tokenizer.fingerprint);
});

test('reads files as old as that of GPT-2', () => {
  const old = changed((document) => {
    const { vocab, merges } = document['model']!;
    const pairs = (merges as string[][]).map((pair) => pair.join(' '));
    document['model'] = { dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '' };
    Object.assign(document['model'], { fuse_unk: false, vocab, merges: pairs });
    document['pre_tokenizer'] = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
    const end = (document['added_tokens'] as unknown as unknown[])[0];
    Object.assign(document, { added_tokens: [end] });
  });
  const read = BpeTokenizer.fromJson(old);
  expect(read.encode('she sells')).toEqual(tokenizer.encode('she sells'));
  expect([read.vocabSize, read.endToken, read.padToken]).toEqual([270, 268, 0]);
});

test.each<[string, (document: Json) => void, string | RegExp]>([
  ['a normalizer', (d) => (d['normalizer'] = { type: 'NFC' }), /top level\.normalizer is not supported.*"NFC"/],
  ['truncation', (d) => (d['truncation'] = { max_length: 8 }), 'top level.truncation is not supported'],
  ['another model', (d) => (d['model']!['type'] = 'Unigram'), /model\.type is not supported.*"Unigram"/],
  ['dropout', (d) => (d['model']!['dropout'] = 0.1), 'model.dropout is not supported'],
  ['byte fallback', (d) => (d['model']!['byte_fallback'] = true), 'model.byte_fallback is not supported'],
  ['a later setting', (d) => (d['model']!['magic'] = 1), 'model.magic is not supported'],
  ['another pre-tokenizer', (d) => (d['pre_tokenizer'] = { type: 'Metaspace' }), /pre_tokenizer\.type.*"Metaspace"/],
  ['a prefix space', (d) => (d['pre_tokenizer']!['add_prefix_space'] = true), 'pre_tokenizer.add_prefix_space'],
  ['a template', (d) => (d['post_processor'] = { type: 'TemplateProcessing' }), /post_processor\.type.*Template/],
  ['no decoder', (d) => delete d['decoder'], 'decoder must be an object'],
  ['no vocabulary', (d) => delete d['model']!['vocab'], 'model.vocab must be an object'],
  ['a gap in the ids', (d) => delete (d['model']!['vocab'] as Json)['!'], 'id 0 is missing'],
  ['an id twice', (d) => ((d['model']!['vocab'] as Record<string, number>)['!'] = 3), 'must not give id 3 to two'],
  ['an id that is none', (d) => Object.assign(d['model']!['vocab']!, { a: -1 }), 'model.vocab["a"] must be a token id'],
  ['merges that are none', (d) => (d['model']!['merges'] = {}), 'model.merges must be an array'],
  ['half a merge', (d) => (d['model']!['merges'] = ['a']), /model\.merges\[0\] must be two tokens.*"a"/],
  [
    'a merge of strangers',
    (d) =>
      (d['model']!['merges'] = [
        ['s', 'h'],
        ['q', '日'],
      ]),
    /model\.merges\[1\].*"日"/,
  ],
])('refuses %s by name', (_, change, message) => {
  expect(() => BpeTokenizer.fromJson(changed(change))).toThrow(FormatError);
  expect(() => BpeTokenizer.fromJson(changed(change))).toThrow(message);
});

test('refuses added tokens it would not match as the reference does', () => {
  const stripping = json.replace('"rstrip": false', '"rstrip": true');
  expect(() => BpeTokenizer.fromJson(stripping)).toThrow('added_tokens[0].rstrip is not supported');
  const ordinary = json.replace('"special": true', '"special": false');
  expect(() => BpeTokenizer.fromJson(ordinary)).toThrow('added_tokens[0].special is not supported');
});

test('refuses broken JSON', () => {
  expect(() => BpeTokenizer.fromJson(json.slice(0, 100))).toThrow(FormatError);
  expect(() => BpeTokenizer.fromJson(json.slice(0, 100))).toThrow('tokenizer.json: must be JSON');
  expect(() => BpeTokenizer.fromJson('[]')).toThrow('must hold a JSON object');
});

test.each<[string, (parts: BpeParts) => Partial<BpeParts>, string]>([
  ['one id for end and pad', (p) => ({ padToken: p.endToken }), 'must be two different ids'],
  ['an end token outside', () => ({ endToken: 270 }), 'endToken must be a token id below 270'],
  ['a byte without token', (p) => ({ tokens: p.tokens.with(0, 'zz') }), 'byte 33 has none'],
  ['a merge of unknown ids', () => ({ merges: [[0, 999]] }), 'merges[0] must be of token ids'],
  ['a merge without its token', (p) => ({ merges: [p.merges[0]!, [0, 1]] }), 'merges[1] must make a token'],
  ['special tokens elsewhere', () => ({ specialTokens: new Map([['<|endoftext|>', 3]]) }), 'must be token 3'],
])('refuses parts with %s', (_, change, message) => {
  const { tokens, merges, specialTokens, pattern, endToken, padToken } = tokenizer;
  const parts = { tokens, merges, specialTokens, pattern, endToken, padToken };
  expect(() => new BpeTokenizer({ ...parts, ...change(parts) })).toThrow(TokenizerError);
  expect(() => new BpeTokenizer({ ...parts, ...change(parts) })).toThrow(message);
});
