import { foldIn, GptloomError, randomInteger, randomKey } from '@gptloom/core';
import { tokenizerFromJson } from '@gptloom/tokenizer';
import { describe, expect, test } from 'vitest';
import { golden } from './golden-files.ts';

const document = {
  version: '1.0',
  truncation: { direction: 'Right', max_length: 20, strategy: 'LongestFirst', stride: 2 },
  padding: {
    strategy: { Fixed: 8 },
    direction: 'Left',
    pad_to_multiple_of: null,
    pad_id: 0,
    pad_type_id: 0,
    pad_token: 'a',
  },
  added_tokens: [
    { id: 6, content: '<s>', single_word: false, lstrip: true, rstrip: false, normalized: false, special: true },
  ],
  normalizer: {
    type: 'Sequence',
    normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { Regex: 'x{2,}+' }, content: 'x' }],
  },
  pre_tokenizer: {
    type: 'Split',
    pattern: { Regex: '(?i:ab)|\\p{L}[[:digit:]a-f]?' },
    behavior: 'Isolated',
    invert: false,
  },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '<s>': { id: '<s>', ids: [6], tokens: ['<s>'] } },
  },
  decoder: {
    type: 'Sequence',
    decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }],
  },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: '?',
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: false,
    ignore_merges: false,
    vocab: { a: 0, b: 1, ab: 2, c: 3, abc: 4, '?': 5 },
    merges: [
      ['a', 'b'],
      ['ab', 'c'],
    ],
  },
};

/** A JSON text with a few changes to its bytes, or to its structure. */
function mutate(json: string, seed: number): string {
  const key = foldIn(randomKey(5), seed);
  const pick = (limit: number, draw: number): number => randomInteger(foldIn(key, draw), limit);
  let text = json;
  for (let i = 0; i <= pick(3, 0); i++) {
    const at = pick(text.length, 10 + i);
    const tokens = [
      'null',
      '-1',
      '1e99',
      '"',
      '{',
      '}',
      '[]',
      '{}',
      ',',
      ':',
      'true',
      '"\\ud800"',
      '4294967296',
      '0',
      '(',
      '\\\\',
    ];
    const inserted = tokens[pick(tokens.length, 20 + i)]!;
    const removed = pick(4, 30 + i) * pick(8, 40 + i);
    text = text.slice(0, at) + (pick(2, 50 + i) === 0 ? inserted : '') + text.slice(at + removed);
  }
  return text;
}

const families = ['gpt2', 'llama2', 'bert', 'unigram-precompiled', 'continuing'].map((name) => {
  const { tokenizer } = golden<{ tokenizer: unknown }>(`families/${name}.json`);
  return JSON.stringify(tokenizer);
});

test('10,000 broken files load or give an error that says where, in bounded time', { timeout: 120_000 }, () => {
  const small = JSON.stringify(document);
  let refused = 0;
  for (let seed = 0; seed < 10_000; seed++) {
    const json = seed % 100 === 99 ? families[((seed / 100) % families.length) | 0]! : small;
    try {
      const tokenizer = tokenizerFromJson(mutate(json, seed));
      tokenizer.decode(tokenizer.encodeDetailed('ab <s> abcx 7', { truncation: null }).ids);
    } catch (error) {
      if (!GptloomError.isInstance(error)) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(5000);
  expect(refused).toBeLessThan(10_000);
});

describe('what is not supported is refused by name', () => {
  const broken: [string, Record<string, unknown>, string][] = [
    ['a normalizer', { normalizer: { type: 'Shuffle' } }, 'normalizer.type is not supported; received "Shuffle"'],
    ['a pre-tokenizer', { pre_tokenizer: { type: 'Soon' } }, 'pre_tokenizer.type is not supported; received "Soon"'],
    ['a post-processor', { post_processor: { type: 'X' } }, 'post_processor.type is not supported; received "X"'],
    [
      'a decoder in a sequence',
      { decoder: { type: 'Sequence', decoders: [{ type: 'Y' }] } },
      'decoder.decoders[0].type',
    ],
    ['a member', { model: { ...document.model, surprise: 1 } }, 'model.surprise is not supported'],
    ['a member at the top', { surprise: 1 }, 'top level.surprise is not supported'],
    ['a merge of no tokens', { model: { ...document.model, merges: [['a', 'z']] } }, 'model.merges[0]'],
    ['a merge to no token', { model: { ...document.model, merges: ['b a'] } }, 'model.merges[0]'],
    [
      'an id twice',
      { model: { ...document.model, vocab: { a: 0, b: 0 }, merges: [] } },
      'must not give id 0 to two tokens',
    ],
    ['a version', { version: '2.0' }, 'version must be "1.0"'],
    [
      'a regular expression',
      { pre_tokenizer: { type: 'Split', pattern: { Regex: '(?<=a\\K)' }, behavior: 'Isolated', invert: false } },
      'pre_tokenizer.pattern must be a regular expression that is supported: \\K',
    ],
  ];
  test.each(broken)('%s', (_, change, message) => {
    expect(() => tokenizerFromJson(JSON.stringify({ ...document, ...change }))).toThrow(message);
  });

  test('deep nesting does not exhaust the stack', () => {
    let normalizer: unknown = { type: 'NFC' };
    for (let i = 0; i < 500; i++) normalizer = { type: 'Sequence', normalizers: [normalizer] };
    expect(() => tokenizerFromJson(JSON.stringify({ ...document, normalizer }))).toThrow(
      'must not be nested so deeply',
    );
    const pattern = { Regex: '('.repeat(5000) };
    const pre_tokenizer = { ...document.pre_tokenizer, pattern };
    expect(() => tokenizerFromJson(JSON.stringify({ ...document, pre_tokenizer }))).toThrow('too deep a nesting');
  });
});
