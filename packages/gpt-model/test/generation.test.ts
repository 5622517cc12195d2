import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, ShapeError, TokenizerError } from '@gptloom/core';
import { GptModel } from '@gptloom/gpt-model';
import { ByteTokenizer, CharTokenizer } from '@gptloom/tokenizer';

const config = { vocabSize: 30, maxSeqLen: 10, numLayers: 2, numHeads: 2, embedDim: 8 };

describe('generation', () => {
  let model: GptModel;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    model = new GptModel(config, { seed: 5 });
  });

  test('changing token t changes no earlier logit', () => {
    const tokens = fc.array(fc.nat(29), { minLength: 2, maxLength: 10 });
    fc.assert(
      fc.property(tokens, fc.nat(9), fc.nat(29), (row, place, replacement) => {
        const t = place % row.length;
        const changed = row.with(t, replacement);
        const [before, after] = tf.tidy(() => [model.logits([row]).dataSync(), model.logits([changed]).dataSync()]);
        expect(before!.slice(0, t * 30)).toEqual(after!.slice(0, t * 30));
      }),
      { numRuns: 20 },
    );
  });

  test('with and without cache the tokens are the same, also beyond the window', async () => {
    for (const temperature of [0, 1]) {
      const options = { maxNewTokens: 25, temperature, topK: 20, topP: 0.95, seed: 3 };
      const cached = await model.generate([1, 2, 3], options);
      const plain = await model.generate([1, 2, 3], { ...options, useCache: false });
      expect(cached.tokens).toEqual(plain.tokens);
      expect(cached.tokens).toHaveLength(25);
    }
  });

  test('a prompt longer than the window is read from its end', async () => {
    const long = Array.from({ length: 23 }, (_, i) => i % 30);
    const { tokens } = await model.generate(long, { maxNewTokens: 4, temperature: 0 });
    const { tokens: same } = await model.generate(long.slice(-5), { maxNewTokens: 4, temperature: 0 });
    expect(tokens).toEqual(same);
  });

  test('a prompt of any length is read', async () => {
    const { tokens } = await model.generate(new Array<number>(300_000).fill(1), { maxNewTokens: 1 });
    expect(tokens).toHaveLength(1);
  });

  test('a prompt, or a row, may be a typed array', async () => {
    const options = { maxNewTokens: 3, temperature: 0 };
    const { tokens } = await model.generate([1, 2], options);
    for (const useCache of [true, false]) {
      expect((await model.generate(Int32Array.of(1, 2), { ...options, useCache })).tokens).toEqual(tokens);
    }
    const [plain, typed] = tf.tidy(() =>
      [[[1, 2]], [Int32Array.of(1, 2)]].map((rows) => model.logits(rows).dataSync()),
    );
    expect(typed).toEqual(plain);
  });

  test('a vocabulary padded beyond the tokenizer never gives text without a meaning', async () => {
    const tokenizer = new ByteTokenizer();
    const padded = new GptModel({ ...config, vocabSize: 1000 }, { seed: 2 });
    const { tokens } = await padded.generateText('a', { tokenizer, maxNewTokens: 30, seed: 1 });
    expect(Math.max(...tokens)).toBeLessThan(tokenizer.vocabSize);
    padded.dispose();
  });

  test('the seed decides the tokens', async () => {
    const draw = async (seed: number): Promise<readonly number[]> =>
      (await model.generate([1], { maxNewTokens: 12, seed })).tokens;
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
  });

  test('an end token stops and is left out', async () => {
    const { tokens } = await model.generate([1], { maxNewTokens: 5, temperature: 0 });
    const stopped = await model.generate([1], { maxNewTokens: 5, temperature: 0, endTokens: [tokens[2]!] });
    expect(stopped).toEqual({ tokens: tokens.slice(0, tokens.indexOf(tokens[2]!)), reason: 'end' });
  });

  test('an abort signal and a break stop, and nothing is left', async () => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const run = model.generate([1], { maxNewTokens: 50, signal: controller.signal });
    let seen = 0;
    for await (const token of run) {
      expect(token).toBeLessThan(30);
      if (++seen === 3) controller.abort();
    }
    expect((await run).reason).toBe('aborted');
    expect((await run).tokens).toHaveLength(3);
    for await (const token of model.generate([1], { maxNewTokens: 50 })) if (token >= 0) break;
    expect(tf.memory().numTensors).toBe(before);
  });

  test('text streams in whole characters and equals the text of the tokens', async () => {
    const tokenizer = new ByteTokenizer();
    const bytes = new GptModel({ ...config, vocabSize: tokenizer.vocabSize }, { seed: 2 });
    const run = bytes.generateText('héllo', { tokenizer, maxNewTokens: 20, seed: 4 });
    const pieces: string[] = [];
    for await (const piece of run) pieces.push(piece);
    const { text, tokens } = await run;
    expect(pieces.join('')).toBe(text);
    expect(text).toBe(tokenizer.decode(tokens));
    expect((await bytes.generateText('', { tokenizer, maxNewTokens: 2 })).tokens.length).toBeLessThanOrEqual(2);
    bytes.dispose();
  });

  test.each<[unknown, string]>([
    ['x', ': rows of token ids must be an array; received "x"'],
    [undefined, ': rows of token ids must be an array; received undefined'],
    [[1, 2], ' row 0: token ids must be an array; received 1'],
    [[[1], null], ' row 1: token ids must be an array; received null'],
    [[[2], [0, 1.5]], ' row 1: token ids must be integers from 0 to 29; received 1.5 at index 1'],
    [[['a']], ' row 0: token ids must be integers from 0 to 29; received "a" at index 0'],
    [[[NaN]], ' row 0: token ids must be integers from 0 to 29; received NaN at index 0'],
    [[[30]], ' row 0: token ids must be integers from 0 to 29; received 30 at index 0'],
  ])('logits and tokenLogProbs refuse %j', async (rows, message) => {
    expect(() => model.logits(rows as never)).toThrow(`logits${message}`);
    await expect(model.tokenLogProbs(rows as never)).rejects.toThrow(`tokenLogProbs${message}`);
  });

  test('bad input is refused at the door', () => {
    expect(() => model.generate([], { maxNewTokens: 1 })).toThrow(ConfigError);
    expect(() => model.generate([30], { maxNewTokens: 1 })).toThrow(ShapeError);
    expect(() => model.generate([1.5], { maxNewTokens: 1 })).toThrow(ShapeError);
    expect(() => model.generate([1], { maxNewTokens: -1 })).toThrow(ConfigError);
    expect(() => model.generate([1], { maxNewTokens: 1, topP: 0 })).toThrow(ConfigError);
    expect(() => model.generate([1], { maxNewTokens: 1, temperture: 1 } as never)).toThrow(/no option 'temperture'/);
    expect(() => model.logits([[1, 2], [1]])).toThrow(ShapeError);
    expect(() => model.logits([Array.from({ length: 11 }, () => 1)])).toThrow(/at most maxSeqLen 10/);
    for (const [prompt, message] of [
      [undefined, 'generate: token ids must be an array; received undefined'],
      [new Set([1]), 'generate: token ids must be an array; received a Set'],
      ['ab', 'generate: token ids must be integers from 0 to 29; received "a" at index 0'],
      [new BigInt64Array(1), 'generate: token ids must be integers from 0 to 29; received 0 at index 0'],
    ] as const) {
      expect(() => model.generate(prompt as never, { maxNewTokens: 1 })).toThrow(message);
    }
    for (const end of [30, -1, 1.5, '1']) {
      expect(() => model.generate([1], { maxNewTokens: 1, endTokens: [0, end as number] })).toThrow(
        `generate endTokens: token ids must be integers from 0 to 29; received ${JSON.stringify(end)} at index 1`,
      );
    }
    const notOne = (tokenizer: unknown) => () =>
      model.generateText('a', { tokenizer: tokenizer as ByteTokenizer, maxNewTokens: 1 });
    expect(notOne({})).toThrow('generateText: tokenizer must be an object with the methods encode, streamDecoder');
    const tokenizer = CharTokenizer.train('abcdefghijklmnopqrstuvwxyzABCDEFG');
    expect(() => model.generateText('a', { tokenizer, maxNewTokens: 1 })).toThrow(TokenizerError);
  });
});
