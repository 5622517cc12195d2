import { describe, expect, it } from 'vitest';
import { ConfigError } from '@gptloom/core';
import { characterTokenizer } from '../../test/character-tokenizer.ts';
import { TokenDataset } from './token-dataset.ts';

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('TokenDataset', () => {
  it('shifts targets by one', () => {
    const dataset = TokenDataset.fromTokens([10, 11, 12, 13, 14, 15, 16], { sequenceLength: 3 });
    const batch = dataset.batch([1, 0], [5, 6]);
    expect(dataset.size).toBe(2);
    expect([...batch.inputIds]).toEqual([13, 14, 15, 10, 11, 12]);
    expect([...batch.targets]).toEqual([14, 15, 16, 11, 12, 13]);
    expect([...batch.lengths]).toEqual([3, 3]);
    expect([...batch.globalRows]).toEqual([5, 6]);
    expect(batch).toMatchObject({ rows: 2, time: 3 });
  });

  it.each([
    [undefined, [0, 4], 1],
    [2, [0, 2, 4], 1],
    [6, [0], 5],
  ])('cuts windows with stride %s', (stride, starts, unusedTokens) => {
    const dataset = TokenDataset.fromTokens(count(10), { sequenceLength: 4, stride });
    const firsts = count(dataset.size).map((index) => dataset.batch([index], [0]).inputIds[0]);
    expect(firsts).toEqual(starts);
    expect(dataset.report).toMatchObject({ examples: starts.length, tokens: 4 * starts.length, unusedTokens });
  });

  it('counts the tokens that a stride skips', () => {
    const { report, size } = TokenDataset.fromTokens(count(11), { sequenceLength: 4, stride: 6 });
    expect({ size, unusedTokens: report.unusedTokens }).toEqual({ size: 2, unusedTokens: 2 });
  });

  it('closes every document with its end token', () => {
    const tokenizer = characterTokenizer({ beginToken: 2 });
    const dataset = TokenDataset.fromText(['ab', 'c'], tokenizer, { sequenceLength: 6 });
    expect([...dataset.batch([0], [0]).inputIds, dataset.batch([0], [0]).targets[5]]).toEqual([2, 4, 5, 1, 2, 6, 1]);
    expect(dataset.tokenizerFingerprint).toBe('characters');
  });

  it('splits one document between tokens, as nanoGPT: the first 90 percent, the last 10', () => {
    const { train, validation } = TokenDataset.fromTokens(count(100), { sequenceLength: 4 }).split({ validation: 0.1 });
    const seen = (dataset: TokenDataset): Set<number> => {
      const { inputIds, targets } = dataset.batch(count(dataset.size), count(dataset.size));
      return new Set([...inputIds, ...targets]);
    };
    expect(Math.max(...seen(train))).toBe(88);
    expect([Math.min(...seen(validation)), Math.max(...seen(validation))]).toEqual([90, 98]);
    expect([...seen(train)].filter((token) => seen(validation).has(token))).toEqual([]);
  });

  it('splits documents between two of them', () => {
    const texts = ['aaaaaaa', 'bbbbbbb', 'ccccccc'];
    const { train, validation } = TokenDataset.fromText(texts, characterTokenizer(), { sequenceLength: 7 }).split({
      validation: 0.2,
    });
    expect(train.size).toBe(2);
    expect([...validation.batch([0], [0]).inputIds]).toEqual(Array.from({ length: 7 }, () => 6));
  });

  it('has one fingerprint for the same tokens cut the same way', () => {
    const make = (n: number, sequenceLength: number): string =>
      TokenDataset.fromTokens(count(n), { sequenceLength }).fingerprint;
    expect(make(20, 4)).toBe(make(20, 4));
    expect(new Set([make(20, 4), make(21, 4), make(20, 5)]).size).toBe(3);
  });

  it('refuses what it can not use, and says why', () => {
    const tokenizer = characterTokenizer();
    expect(() => TokenDataset.fromText('abc', tokenizer, { sequenceLength: 4 })).toThrow(
      /at least 5.*received 4 token/,
    );
    const dataset = TokenDataset.fromTokens(count(20), { sequenceLength: 4 });
    expect(() => dataset.split({ validation: 0.1 })).toThrow(
      /the validation part must .*at least 5.*received 2 of the text's 20 tokens/,
    );
    expect(() => dataset.split({ validation: 0.9 })).toThrow(/the training part must .*received 2 of the text's 20/);
    expect(() => dataset.split({ validation: 1 })).toThrow(/below 1/);
    expect(() => TokenDataset.fromTokens([1, 2, -3], { sequenceLength: 1 })).toThrow(/-3 at index 2/);
    expect(() => TokenDataset.fromTokens([1, 2.5], { sequenceLength: 1 })).toThrow(/2.5 at index 1/);
    for (const [ids, received] of [
      [['1', '2'], '"1" at index 0'],
      [new BigInt64Array(2), '0 at index 0'],
      [[1, 2 ** 31], '2147483648 at index 1'],
      [null, 'ids must be an array or must be an object; received null'],
    ] as const) {
      const run = (): unknown => TokenDataset.fromTokens(ids as never, { sequenceLength: 1 });
      expect(run).toThrow(ConfigError);
      expect(run).toThrow(received);
    }
    for (const text of [undefined, 7, ['a', 7]]) {
      const run = (): unknown => TokenDataset.fromText(text as never, tokenizer, { sequenceLength: 1 });
      expect(run).toThrow(ConfigError);
      expect(run).toThrow(/text must be a string or an array of strings/);
    }
    expect(() => TokenDataset.fromText('abc', tokenizer, { sequenceLength: 0 })).toThrow(/sequenceLength must be/);
    const bad = characterTokenizer({ padToken: 1 });
    expect(() => TokenDataset.fromText('abcdef', bad, { sequenceLength: 2 })).toThrow(/two different ids/);
  });
});
