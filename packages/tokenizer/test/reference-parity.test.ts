import { existsSync, readFileSync } from 'node:fs';
import { ByteTokenizer, CharTokenizer, tokenizerFromJson, type JsonTokenizer } from '@gptloom/tokenizer';
import { trainBpeTokenizer } from '@gptloom/tokenizer/training';
import type { Tokenizer } from '@gptloom/core';
import { describe, expect, test } from 'vitest';
import { golden, goldenText, shakespearePath, type Encoding } from './golden-files.ts';

interface Encodings {
  readonly reference: string;
  readonly encodings: readonly Encoding[];
}
interface TrainingCase {
  readonly texts: 'small-corpus' | 'small-corpus in three' | readonly string[];
  readonly vocabSize: number;
  readonly minFrequency: number;
  readonly tokens: number;
  readonly merges: readonly [number, number][];
}

const corpus = goldenText('small-corpus.txt');
const specialTokenCount = 2;

/** Pairs of ids, first merged first. */
function mergesOf(tokenizer: JsonTokenizer): number[][] {
  const { model } = JSON.parse(tokenizer.toFiles()['tokenizer.json']) as { model: { merges: string[][] } };
  return model.merges.map((pair) => pair.map((token) => tokenizer.idOf(token)!));
}

function expectSameIds(tokenizer: Tokenizer, encodings: readonly Encoding[]): void {
  for (const { text, allowed, plain, decoded } of encodings) {
    expect(tokenizer.encode(text), text).toEqual(plain);
    expect(tokenizer.encode(text, { allowedSpecial: 'all' }), text).toEqual(allowed);
    expect(tokenizer.decode(plain), text).toBe(decoded);
  }
}

describe('training equals huggingface/tokenizers', () => {
  const { cases } = golden<{ cases: TrainingCase[] }>('bpe-training.json');
  const textsOf = ({ texts }: TrainingCase): readonly string[] => {
    if (texts === 'small-corpus') return [corpus];
    // The reference cuts by code point, as spreading does.
    const points = [...corpus];
    const cut = (from: number, to?: number): string => points.slice(from, to).join('');
    return texts === 'small-corpus in three' ? [cut(0, 500), cut(500, 1000), cut(1000)] : texts;
  };

  test.each(cases.map((one, i) => [i, one] as const))('corpus %i', async (_, one) => {
    const vocabSize = one.vocabSize + specialTokenCount;
    const tokenizer = await trainBpeTokenizer(textsOf(one), { vocabSize, minFrequency: one.minFrequency });
    expect(mergesOf(tokenizer)).toEqual(one.merges);
    expect(tokenizer.vocabSize).toBe(one.tokens + specialTokenCount);
  });

  test('the small corpus gives the file that the reference writes', async () => {
    const tokenizer = await trainBpeTokenizer(corpus, { vocabSize: 700 + specialTokenCount });
    expect(JSON.parse(tokenizer.toFiles()['tokenizer.json'])).toEqual(golden('bpe-small-tokenizer.json'));
    expectSameIds(tokenizer, golden<Encodings>('bpe-small.json').encodings);
  });

  const hasShakespeare = existsSync(shakespearePath);
  const reason = hasShakespeare ? '' : ' (skipped: ../shared/data/tinyshakespeare/input.txt is not on this machine)';
  test.skipIf(!hasShakespeare)(`Shakespeare at 1,024 tokens${reason}`, async () => {
    const expected = golden<Encodings & { vocabSize: number; merges: [number, number][] }>('bpe-shakespeare-1024.json');
    const text = readFileSync(shakespearePath, 'utf8');
    const tokenizer = await trainBpeTokenizer(text, { vocabSize: expected.vocabSize + specialTokenCount });
    expect(mergesOf(tokenizer)).toEqual(expected.merges);
    expectSameIds(tokenizer, expected.encodings);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });
});

describe('files of huggingface/tokenizers are read and written alike', () => {
  test('byte-level BPE', () => {
    const json = goldenText('bpe-small-tokenizer.json');
    const tokenizer = tokenizerFromJson(json);
    expectSameIds(tokenizer, golden<Encodings>('bpe-small.json').encodings);
    expect(JSON.parse(tokenizer.toFiles()['tokenizer.json'])).toEqual(JSON.parse(json));
  });

  test('characters', () => {
    const json = goldenText('char-tokenizer.json');
    const tokenizer = CharTokenizer.fromJson(json);
    expectSameIds(tokenizer, golden<Encodings>('char.json').encodings);
    expect(CharTokenizer.train(corpus).fingerprint).toBe(tokenizer.fingerprint);
    expect(JSON.parse(tokenizer.toFiles()['tokenizer.json'])).toEqual(JSON.parse(json));
  });

  test('bytes', () => {
    const json = goldenText('byte-tokenizer.json');
    const tokenizer = ByteTokenizer.fromJson(json);
    expectSameIds(tokenizer, golden<Encodings>('byte.json').encodings);
    expect(JSON.parse(tokenizer.toFiles()['tokenizer.json'])).toEqual(JSON.parse(json));
  });
});
