import { ConfigError, ShapeError, TokenizerError } from '@gptloom/core';
import type { LanguageModel, Tokenizer } from '@gptloom/core';
import { bitsPerByte, bootstrapStandardError, evaluateText, perplexity, wilsonInterval } from '@gptloom/metrics';
import { describe, expect, it } from 'vitest';
import { golden } from './golden.ts';

const encoder = new TextEncoder();
/** Bytes as ids 0 to 255, end 256, pad 257, begin 258 where asked for. */
const byteTokenizer = (beginToken?: number): Tokenizer => ({
  vocabSize: 259,
  endToken: 256,
  padToken: 257,
  beginToken,
  fingerprint: 'bytes',
  encode: (text) => [...encoder.encode(text)],
  decode: (ids) => new TextDecoder().decode(Uint8Array.from(ids)),
  streamDecoder: () => ({ push: () => '', flush: () => '' }),
  tokenBytes: (id) => Uint8Array.of(id),
  toFiles: () => ({}),
});

/** Gives token t after c tokens of context the probability 1 / (1 + t + c), and keeps what it was asked. */
function rememberingModel(
  maxSeqLen: number,
): LanguageModel & { readonly asked: number[][]; readonly batches: number[] } {
  const asked: number[][] = [];
  const batches: number[] = [];
  return {
    vocabSize: 259,
    maxSeqLen,
    asked,
    batches,
    tokenLogProbs: async (sequences) => {
      batches.push(sequences.length);
      return sequences.map((sequence) => {
        asked.push([...sequence]);
        return Float32Array.from(sequence.slice(1), (token, i) => -Math.log(1 + token + i));
      });
    },
  };
}

describe('perplexity and bitsPerByte', () => {
  it('of a uniform guess over 256 bytes are 256 and 8', () => {
    expect(perplexity(Math.log(256))).toBeCloseTo(256, 10);
    expect(bitsPerByte({ nats: 10 * Math.log(256), bytes: 10 })).toBeCloseTo(8, 12);
    expect([perplexity(0), perplexity(Infinity)]).toEqual([1, Infinity]);
  });

  it('refuse NaN, negative numbers and no bytes', () => {
    expect(() => perplexity(NaN)).toThrow(ShapeError);
    expect(() => perplexity(-1)).toThrow(ShapeError);
    expect(() => bitsPerByte({ nats: NaN, bytes: 1 })).toThrow(ShapeError);
    expect(() => bitsPerByte({ nats: 1, bytes: 0 })).toThrow(ShapeError);
  });
});

describe('evaluateText', () => {
  it('scores every token once, after the end token, with its bytes', async () => {
    const model = rememberingModel(100);
    const text = 'añb';
    const score = await evaluateText(model, byteTokenizer(), text);
    const bytes = [...encoder.encode(text)];
    expect(model.asked).toEqual([[256, ...bytes]]);
    const nats = bytes.reduce((sum, token, i) => sum + Math.log(1 + token + i), 0);
    expect(score).toMatchObject({ tokens: 4, bytes: 4 });
    expect(score.nats).toBeCloseTo(nats, 5);
    expect(score.meanNats).toBeCloseTo(nats / 4, 5);
    expect(score.perplexity).toBeCloseTo(Math.exp(nats / 4), 2);
    expect(score.bitsPerByte).toBeCloseTo(nats / 4 / Math.LN2, 5);
  });

  it('starts after the begin token where the family has one', async () => {
    const model = rememberingModel(100);
    await evaluateText(model, byteTokenizer(258), 'ab');
    expect(model.asked).toEqual([[258, 97, 98]]);
  });

  it('rolls its window as the lm-evaluation-harness does', async () => {
    // Its own test: 34 tokens in windows of 10, context_len 1.
    const model = rememberingModel(11);
    const text = String.fromCharCode(...Array.from({ length: 34 }, (_, i) => i));
    await evaluateText(model, byteTokenizer(), text);
    const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    expect(model.asked).toEqual([[256, ...range(0, 9)], range(9, 19), range(19, 29), range(23, 33)]);
  });

  it.each([1, 2, 3, 7])('scores each token exactly once with a stride of %d', async (stride) => {
    const model = rememberingModel(8);
    const text = 'x'.repeat(30);
    const { tokens, nats } = await evaluateText(model, byteTokenizer(), text, { stride });
    // The first window gives 0 to 6 tokens of context; later ones the last `stride` places of 7.
    let expected = 0;
    for (let i = 0; i < 30; i++) {
      const later = i - 7;
      const inWindow = Math.min(stride, 30 - 7 - Math.floor(later / stride) * stride);
      expected += Math.log(1 + 120 + (i < 7 ? i : 7 - inWindow + (later % stride)));
    }
    expect(tokens).toBe(30);
    expect(nats).toBeCloseTo(expected, 4);
    expect(model.asked.every((sequence) => sequence.length <= 8)).toBe(true);
  });

  it('keeps documents apart, batches windows, and tells its progress', async () => {
    const model = rememberingModel(4);
    const run = evaluateText(model, byteTokenizer(), ['abcd', '', 'e'], { batchSize: 2 });
    const events = [];
    for await (const event of run) events.push(event);
    expect(events).toEqual([
      { type: 'progress', windows: 2, totalWindows: 3 },
      { type: 'progress', windows: 3, totalWindows: 3 },
    ]);
    expect(model.asked).toEqual([
      [256, 97, 98, 99],
      [97, 98, 99, 100],
      [256, 101],
    ]);
    expect(model.batches).toEqual([2, 1]);
    expect(await run).toMatchObject({ tokens: 5, bytes: 5 });
  });

  it('stops at the signal', async () => {
    const controller = new AbortController();
    const run = evaluateText(rememberingModel(4), byteTokenizer(), 'abcdefghijkl', {
      batchSize: 1,
      signal: controller.signal,
    });
    const consume = async (): Promise<void> => {
      for await (const event of run) if (event.windows === 2) controller.abort(new Error('enough'));
    };
    await expect(consume()).rejects.toThrow('enough');
  });

  const model = rememberingModel(8);
  it.each<[string, () => unknown, typeof ConfigError | typeof ShapeError | typeof TokenizerError]>([
    ['windows beyond the model', () => evaluateText(model, byteTokenizer(), 'a', { sequenceLength: 9 }), ConfigError],
    ['windows of one token', () => evaluateText(model, byteTokenizer(), 'a', { sequenceLength: 1 }), ConfigError],
    ['a stride that skips tokens', () => evaluateText(model, byteTokenizer(), 'a', { stride: 8 }), ConfigError],
    ['another tokenizer', () => evaluateText({ ...model, vocabSize: 9 }, byteTokenizer(), 'a'), TokenizerError],
    ['no text', () => evaluateText(model, byteTokenizer(), 1 as never), ShapeError],
  ])('refuses %s at once', (_, call, kind) => {
    expect(call).toThrow(kind);
  });

  it('refuses texts without tokens, and models that give NaN or too few numbers', async () => {
    await expect(evaluateText(model, byteTokenizer(), [])).rejects.toThrow(/at least one token/);
    await expect(evaluateText(model, byteTokenizer(), '')).rejects.toThrow(ShapeError);
    const broken = (answer: Float32Array[]): LanguageModel => ({ ...model, tokenLogProbs: async () => answer });
    await expect(evaluateText(broken([Float32Array.of(NaN)]), byteTokenizer(), 'a')).rejects.toThrow(/NaN/);
    await expect(evaluateText(broken([new Float32Array(2)]), byteTokenizer(), 'a')).rejects.toThrow(/must give 1/);
    await expect(evaluateText(broken([]), byteTokenizer(), 'a')).rejects.toThrow(ShapeError);
  });
});

describe('bootstrapStandardError', () => {
  const values = Array.from({ length: 400 }, (_, i) => (i % 5 === 0 ? 1 : 0));

  it('is near s / sqrt(n), and the same for the same seed', () => {
    const exact = Math.sqrt((0.2 * 0.8) / 400);
    const estimate = bootstrapStandardError(values, { seed: 1, resamples: 5000 });
    // Four standard deviations of the estimate: 4 / sqrt(2 * 5000).
    expect(Math.abs(estimate / exact - 1)).toBeLessThan(0.04);
    expect(bootstrapStandardError(values, { seed: 1, resamples: 5000 })).toBe(estimate);
    expect(bootstrapStandardError(values, { seed: 2, resamples: 5000 })).not.toBe(estimate);
    expect(bootstrapStandardError([3, 3, 3], { seed: 1 })).toBe(0);
  });

  it('refuses too few values, values that are not finite, and no seed', () => {
    expect(() => bootstrapStandardError([1], { seed: 1 })).toThrow(ShapeError);
    expect(() => bootstrapStandardError([1, NaN], { seed: 1 })).toThrow(ShapeError);
    expect(() => bootstrapStandardError([1, 2], {} as { seed: number })).toThrow(ConfigError);
    expect(() => bootstrapStandardError([1, 2], { seed: 1, resamples: 1 })).toThrow(ConfigError);
  });
});

describe('wilsonInterval', () => {
  it.each(golden.wilson)(
    'of %d in %d at %d is that of scipy within 1e-14',
    (successes, trials, confidence, low, high) => {
      const interval = wilsonInterval(successes, trials, { confidence });
      expect(Math.abs(interval[0] - low)).toBeLessThan(1e-14);
      expect(Math.abs(interval[1] - high)).toBeLessThan(1e-14);
      if (confidence === 0.95) expect(wilsonInterval(successes, trials)).toEqual(interval);
    },
  );

  it.each([
    [1, 0],
    [-1, 2],
    [3, 2],
    [0.5, 2],
    [0, 0],
  ])('refuses %d of %d', (successes, trials) => {
    expect(() => wilsonInterval(successes, trials)).toThrow(ShapeError);
  });
});
