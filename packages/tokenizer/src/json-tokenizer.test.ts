import { FormatError, TokenizerError } from '@gptloom/core';
import { beforeAll, expect, test, vi } from 'vitest';
import { BpeEncoder } from './bpe-encoder.ts';
import { JsonTokenizer } from './json-tokenizer.ts';
import { trainBpeTokenizer } from './train-bpe-tokenizer.ts';

type Json = Record<string, Record<string, unknown>>;

let tokenizer: JsonTokenizer;
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
  const texts = tokenizer.encode('she sells').map((id) => tokenizer.tokenOf(id));
  expect(texts.join('')).toBe('sheĠsells');
  expect(texts.length).toBeLessThan(9);
});

test('with ignore_merges a word that is a token is that one, whether merging leads to it or not', () => {
  const tokens = ['ell', 'hells', 'Ġsea'];
  const read = (ignoreMerges: boolean): JsonTokenizer =>
    JsonTokenizer.fromJson(
      changed(({ model }) => {
        model!['ignore_merges'] = ignoreMerges;
        // Tokens that no merge makes, and one that is made.
        for (const token of tokens) (model!['vocab'] as Record<string, number>)[token] ??= 400 + tokens.indexOf(token);
      }),
    );
  const textsOf = (one: JsonTokenizer, text: string): (string | undefined)[] =>
    one.encode(text).map((id) => one.tokenOf(id));
  expect(textsOf(read(true), 'ell hells sea sea')).toEqual(expect.arrayContaining(['ell', 'Ġsea']));
  expect(textsOf(read(true), 'ell')).toEqual(['ell']);
  expect(textsOf(read(true), 'hells')).toEqual(['hells']);
  expect(textsOf(read(false), 'ell')).not.toContain('ell');
  for (const text of ['ells', 'hell', 'she sells', 'xhells', 'sea'])
    expect(read(true).encode(text)).toEqual(read(false).encode(text));
});

test('tokens stand for bytes; special ones for none', () => {
  expect(tokenizer.tokenBytes(tokenizer.idOf('Ġs')!)).toEqual(Uint8Array.of(0x20, 0x73));
  expect(tokenizer.tokenBytes(tokenizer.endToken)).toHaveLength(0);
});

test('a call that failed half way leaves nothing for the next', () => {
  const ids = tokenizer.encode('she sells');
  const encode = vi.spyOn(BpeEncoder.prototype, 'encode').mockImplementationOnce((_text, list) => {
    list.push(0);
    throw new RangeError('Array buffer allocation failed');
  });
  expect(() => tokenizer.encode('she sells')).toThrow(RangeError);
  expect(tokenizer.encode('she sells')).toEqual(ids);
  encode.mockRestore();
});

test('the fingerprint tells tokenizers apart, not files', () => {
  const pairsAsText = changed(({ model }) => {
    model!['merges'] = (model!['merges'] as string[][]).map((pair) => pair.join(' '));
  });
  expect(JsonTokenizer.fromJson(pairsAsText).fingerprint).toBe(tokenizer.fingerprint);
  const fewer = changed(({ model }) => {
    model!['merges'] = (model!['merges'] as string[][]).slice(1);
  });
  expect(JsonTokenizer.fromJson(fewer).fingerprint).not.toBe(tokenizer.fingerprint);
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
  const read = JsonTokenizer.fromJson(old);
  expect(read.encode('she sells')).toEqual(tokenizer.encode('she sells'));
  expect([read.vocabSize, read.endToken, read.padToken]).toEqual([270, 268, 0]);
});

test('refuses broken JSON', () => {
  expect(() => JsonTokenizer.fromJson(json.slice(0, 100))).toThrow(FormatError);
  expect(() => JsonTokenizer.fromJson(json.slice(0, 100))).toThrow('tokenizer.json: must be JSON');
  expect(() => JsonTokenizer.fromJson('[]')).toThrow('must hold a JSON object');
});

const withSpecial = (...special: string[]): string => {
  const vocab = Object.fromEntries(['a', 'b', ...special].map((token, id) => [token, id]));
  const added = special.map((content, i) => ({ id: i + 2, content, special: true, normalized: false }));
  const flags = { single_word: false, lstrip: false, rstrip: false };
  const model = { type: 'WordLevel', vocab, unk_token: 'a' };
  return JSON.stringify({ added_tokens: added.map((token) => ({ ...token, ...flags })), model });
};
const endAndPad = (file: string, config?: object): number[] => {
  const read = JsonTokenizer.fromJson(file, config && JSON.stringify(config));
  return [read.endToken, read.padToken];
};

test('end and pad: the configuration decides, as a text or as an object', () => {
  const file = withSpecial('<pad>', '</s>', '<|im_end|>');
  expect(endAndPad(file, { eos_token: { content: '</s>' }, pad_token: '<pad>' })).toEqual([3, 2]);
  expect(endAndPad(file)).toEqual([4, 2]);
});

test('end and pad: where the end token is all there is, the lowest other id fills batches', () => {
  const file = withSpecial('</s>');
  expect(endAndPad(file)).toEqual([2, 0]);
  expect(endAndPad(file, { eos_token: '</s>', pad_token: '</s>' })).toEqual([2, 0]);
  expect(endAndPad(file, { eos_token: 'a' })).toEqual([0, 1]);
  // A borrowed padding token is not written as special.
  const config = JSON.parse(JsonTokenizer.fromJson(file).toFiles()['tokenizer_config.json']) as object;
  expect(config).toMatchObject({ eos_token: '</s>' });
  expect(config).not.toHaveProperty('pad_token');
});

test('end and pad: refuses names that are no tokens, and texts that need an end token where there is none', () => {
  const file = withSpecial('<x>');
  expect(() => endAndPad(file, { eos_token: '</s>' })).toThrow(FormatError);
  expect(() => endAndPad(file, { eos_token: '</s>' })).toThrow('tokenizer_config.json: eos_token');
  expect(() => endAndPad(file)).toThrow(TokenizerError);
  expect(() => endAndPad(file)).toThrow(/end token.*\["<x>"\].*eos_token/);
  expect(() => JsonTokenizer.fromJson(file, '{')).toThrow('tokenizer_config.json: must be JSON');
});

test.each([undefined, null, 5, 'ab'])('decode refuses %j in place of ids', (ids) => {
  expect(() => tokenizer.decode(ids as unknown as number[])).toThrow(TokenizerError);
  expect(() => tokenizer.decode(ids as unknown as number[])).toThrow('ids must be an iterable of token ids; received');
});

test.each([
  ['no array', 'she', 'must be an array'],
  ['nothing', undefined, 'must be an array'],
  ['three texts in place of a pair', [['a', 'b', 'c']], 'pairs of texts'],
  ['one text in place of a pair', [['a']], 'pairs of texts'],
  ['no text', ['a', undefined], 'pairs of texts'],
  ['a number', ['a', 5], 'pairs of texts'],
  ['half a pair', [['a', undefined]], 'text must be a string; received undefined'],
])('encodeBatch refuses %s', (_, texts, message) => {
  expect(() => tokenizer.encodeBatch(texts as unknown as string[])).toThrow(TokenizerError);
  expect(() => tokenizer.encodeBatch(texts as unknown as string[])).toThrow(message);
});

test('a batch may be empty, and texts and pairs too', () => {
  expect(tokenizer.encodeBatch([], { padding: {} })).toEqual([]);
  expect(tokenizer.encodeBatch(['', ['', '']], { padding: {} }).map(({ ids }) => ids)).toEqual([[], []]);
});
