import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TokenBatch } from '@gptloom/core';
import { GptModel } from '@gptloom/gpt-model';
import { namedParameters } from '@gptloom/layers';
import { gpt2Place } from '../src/gpt2-layout.ts';

const folder = fileURLToPath(new URL('./golden', import.meta.url));
const golden = JSON.parse(readFileSync(`${folder}/gpt2-tiny.json`, 'utf8')) as {
  ids: number[][];
  targets: number[][];
  logits: number[];
  lossSum: number;
  gradients: Record<string, number[]>;
  greedy: number[];
};

const batch: TokenBatch = {
  rows: 3,
  time: 9,
  inputIds: Int32Array.from(golden.ids.flat()),
  targets: Int32Array.from(golden.targets.flat()),
  lengths: Int32Array.of(9, 9, 9),
  globalRows: Int32Array.of(0, 1, 2),
};

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(actual[i]! - expected[i]!));
  return largest;
}

describe('a GPT-2 directory written by transformers', () => {
  let model: GptModel;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    model = await GptModel.fromPretrained(`${folder}/gpt2-tiny`);
  });

  test('gives the configuration', () => {
    expect(model.config).toMatchObject({ vocabSize: 40, maxSeqLen: 12, numLayers: 2, numHeads: 2, embedDim: 16 });
    expect(model.config).toMatchObject({ dropout: 0.1, tiedOutput: true, activation: 'gelu', intermediateDim: 64 });
  });

  test('gives the logits of transformers within 1e-4', async () => {
    const logits = model.logits(golden.ids);
    expect(logits.shape).toEqual([3, 9, 40]);
    expect(largestDifference(await logits.data(), golden.logits)).toBeLessThan(1e-4);
    logits.dispose();
  });

  test('gives the loss and every gradient of PyTorch within 1e-4 of the largest', () => {
    tf.tidy(() => {
      const parameters = namedParameters(model);
      const variables = [...parameters.values()].map((parameter) => parameter.value);
      const { value, grads } = tf.variableGrads(() => model.lossSum(batch, model.contextFor(batch, {})), variables);
      expect(value.dataSync()[0]).toBeCloseTo(golden.lossSum, 3);
      expect(parameters.size).toBe(Object.keys(golden.gradients).length);
      for (const [path, parameter] of parameters) {
        const { name, transposed } = gpt2Place(path);
        const gradient = grads[parameter.value.name]!;
        const actual = (transposed ? tf.transpose(gradient) : gradient).dataSync();
        const expected = golden.gradients[name]!;
        const scale = Math.max(...expected.map(Math.abs));
        expect(largestDifference(actual, expected) / scale, path).toBeLessThan(1e-4);
      }
    });
  });

  test('continues greedily as transformers does, with and without cache', async () => {
    const prompt = golden.ids[0]!.slice(0, 4);
    for (const useCache of [true, false]) {
      const { tokens, reason } = await model.generate(prompt, { maxNewTokens: 8, temperature: 0, useCache });
      expect([...prompt, ...tokens]).toEqual(golden.greedy);
      expect(reason).toBe('length');
    }
  });

  test('scores tokens as the softmax of the logits does, whatever shares the pass', async () => {
    const sequences = [golden.ids[0]!, golden.ids[1]!.slice(0, 3), golden.ids[2]!.slice(0, 7)];
    const scores = await model.tokenLogProbs(sequences);
    for (const [index, tokens] of sequences.entries()) {
      const expected = tf.tidy(() => tf.logSoftmax(model.logits([tokens])).arraySync()) as number[][][];
      expect(scores[index]!.length).toBe(tokens.length - 1);
      scores[index]!.forEach((score, i) => expect(score).toBeCloseTo(expected[0]![i]![tokens[i + 1]!]!, 4));
    }
  });
});
