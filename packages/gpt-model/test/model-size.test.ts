import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from '@gptloom/core';
import { GptModel, type GptConfig } from '@gptloom/gpt-model';
import { LayerNorm, Module, Parameter, zeros } from '@gptloom/layers';

const config: GptConfig = { vocabSize: 10, maxSeqLen: 8, numLayers: 1, numHeads: 1, embedDim: 4 };

class Huge extends Module<tf.Tensor3D, tf.Tensor3D> {
  readonly table: Parameter;
  constructor(shape: readonly number[], initializer = zeros) {
    super();
    this.table = new Parameter({ shape, role: 'matrix', initializer });
  }
  forward(x: tf.Tensor3D): tf.Tensor3D {
    return x;
  }
}

function refusal(changed: Partial<GptConfig>, components = {}): unknown {
  const before = tf.memory().numTensors;
  try {
    new GptModel({ ...config, ...changed }, { seed: 1, components });
  } catch (error) {
    expect(tf.memory().numTensors).toBe(before);
    return error;
  }
  throw new Error('not refused');
}

describe('a model that no machine holds', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  test.each<[Partial<GptConfig>, string]>([
    [
      { embedDim: 2 ** 20 },
      'blocks.0.attention.queryKeyValue.weight of shape [3145728, 1048576], 3298534883328 elements',
    ],
    [
      { vocabSize: 2 ** 29 },
      'tokenEmbedding.weight of shape [536870912, 4], 2147483648 elements of float32 (8.00 GiB)',
    ],
    [{ maxSeqLen: 2 ** 50 }, 'positionEmbedding.weight'],
    [{ intermediateDim: 2 ** 30 }, 'blocks.0.feedForward.up.weight'],
    [
      { embedDim: 2 ** 16, numHeads: 2, numKvHeads: 1 },
      'blocks.0.attention.queryKeyValue.weight of shape [131072, 65536]',
    ],
  ])('%j is refused by its largest parameter, before anything is allocated', (changed, received) => {
    const error = refusal(changed);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain('a single parameter must have fewer than 2^31 elements; received ');
    expect((error as Error).message).toContain(received);
  });

  test('many layers count together', () => {
    expect((refusal({ numLayers: 2 ** 40 }) as Error).message).toContain('numLayers must be at most 10000');
    const error = refusal({ embedDim: 2048, numLayers: 1000 });
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(/at most 2\^34 parameters, 64 GiB; received \d+ elements/);
  });

  test('a custom part counts with what it declares', () => {
    const error = refusal({}, { feedForward: () => new Huge([2 ** 16, 2 ** 15]) });
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain('blocks.0.feedForward.table of shape [65536, 32768]');
  });

  test('what memory refuses is said, and what was drawn is freed', () => {
    const full = (): Float32Array => {
      throw new RangeError('Array buffer allocation failed');
    };
    const error = refusal({}, { feedForward: () => new Huge([4], full) });
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(
      /the weights must fit into memory; received \d+ elements.*allocation failed/,
    );
    expect((error as Error).cause).toBeInstanceOf(RangeError);
  });

  test('an error of a custom part passes, parts that had values keep them, and the rest is freed', () => {
    const norm = new LayerNorm({ embedDim: 4 });
    norm.weight.assign(tf.ones([4]));
    norm.bias!.assign(tf.zeros([4]));
    const failure = new Error('mine');
    const fail = (): Float32Array => {
      throw failure;
    };
    expect(refusal({}, { feedForward: () => new Huge([4], fail), norm: () => norm })).toBe(failure);
    expect(norm.weight.value.isDisposed).toBe(false);
  });
});
