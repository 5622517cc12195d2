import * as tf from '@tensorflow/tfjs';
import { foldIn, randomInteger, randomKey, randomNormal } from '@gptloom/core';
import { loadSimdBackend, type LoadedSimdBackend } from '@gptloom/backend-simd';
import * as ops from '@gptloom/ops';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/*
 * The engine's kernels against the plain JavaScript backend, on which the ops of gptloom take their reference form. Sizes are
 * odd and larger than a chunk of any kernel.
 */

const float = (name: string, ...shape: number[]): tf.Tensor =>
  tf.tensor(
    randomNormal(
      foldIn(randomKey(1), name),
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  );
const int = (name: string, limit: number, ...shape: number[]): tf.Tensor => {
  const key = foldIn(randomKey(2), name);
  const count = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: count }, (_, i) => randomInteger(foldIn(key, i), limit)),
    shape,
    'int32',
  );
};

/** Value and gradients of `sum(f(inputs) * probe)`. */
function withGradients(f: (...inputs: tf.Tensor[]) => tf.Tensor, ...inputs: tf.Tensor[]): tf.Tensor[] {
  const value = f(...inputs);
  const probe = float('probe', ...value.shape);
  return [value, ...tf.grads(f)(inputs, probe)];
}

const attention = (options: () => ops.AttentionOptions, queryTime = 101, kvHeads = 2): tf.Tensor[] => {
  const settings = options();
  return withGradients(
    (query, key, value) => ops.attention(query as tf.Tensor4D, key as tf.Tensor4D, value as tf.Tensor4D, settings),
    float('query', 2, queryTime, 4, 19),
    float('key', 2, 101, kvHeads, 19),
    float('value', 2, 101, kvHeads, 13),
  );
};
const crossEntropy = (tokens: number, vocab: number, dim: number, options = {}): tf.Tensor[] => {
  const targets = tf.where(tf.equal(int('ignored', 5, tokens), 0), -100, int('targets', vocab, tokens)) as tf.Tensor1D;
  return withGradients(
    (hidden, head) => ops.linearCrossEntropy(hidden as tf.Tensor2D, head as tf.Tensor2D, targets.toInt(), options),
    float('hidden', tokens, dim),
    // Logits of about the same size for any number of terms.
    float('head', vocab, dim).mul(Math.min(1, 7 / Math.sqrt(dim))),
  );
};

const cases: Readonly<Record<string, () => tf.Tensor | tf.Tensor[]>> = {
  'attention, grouped': () => attention(() => ({})),
  'attention with a window and a cap': () => attention(() => ({ window: 40, softCap: 1.5 })),
  'attention without causality': () => attention(() => ({ causal: false, window: 30 }), 101, 4),
  'attention with a bias and dropout': () =>
    attention(() => ({
      alibiSlopes: [1, 0.5, 0.25, 0.125],
      dropout: { rate: 0.3, keys: Uint32Array.of(1, 2, 3, 0xfffffff0) },
    })),
  'attention of segments': () => attention(() => ({ segmentIds: int('segments', 3, 2, 101) as tf.Tensor2D })),
  'attention over a cache': () =>
    attention(
      () => ({
        queryPositions: int('positions', 101, 2, 5) as tf.Tensor2D,
        keyLengths: tf.tensor1d([90, 0], 'int32'),
      }),
      5,
    ),
  'attention of the next token': () => {
    const [query, key, value] = [
      float('query', 3, 1, 4, 19),
      float('key', 3, 301, 2, 19),
      float('value', 3, 301, 2, 13),
    ];
    const queryPositions = tf.tensor2d([[300], [95], [0]], [3, 1], 'int32');
    const keyLengths = tf.tensor1d([301, 200, 0], 'int32');
    return [{}, { window: 100 }, { softCap: 2, alibiSlopes: [1, 0.5, 0.25, 0.125] }].map((options) =>
      ops.attention(query as tf.Tensor4D, key as tf.Tensor4D, value as tf.Tensor4D, {
        ...{ queryPositions, keyLengths },
        ...options,
      }),
    );
  },
  'attention of the next two tokens, many heads': () =>
    ops.attention(
      float('query', 2, 2, 36, 24) as tf.Tensor4D,
      float('key', 2, 150, 12, 24) as tf.Tensor4D,
      float('value', 2, 150, 12, 9) as tf.Tensor4D,
      { queryPositions: tf.tensor2d([148, 149, 97, 98], [2, 2], 'int32') },
    ),
  'attention at any positions': () =>
    attention(() => ({
      queryPositions: int('positions', 101, 2, 101) as tf.Tensor2D,
      keyPositions: int('others', 101, 2, 101) as tf.Tensor2D,
      window: 50,
    })),
  'cross entropy of few words': () => crossEntropy(211, 65, 37),
  'cross entropy of several chunks': () => crossEntropy(50, 301, 48, { softCap: 3 }),
  'cross entropy of many words': () => crossEntropy(30, 11_003, 50),
  'cross entropy of long states': () => crossEntropy(201, 403, 801),
  'layer norm': () =>
    withGradients(
      (x, weight, bias) => ops.layerNorm(x, weight as tf.Tensor1D, bias as tf.Tensor1D, { eps: 1e-5 }),
      float('x', 7, 301, 67),
      float('weight', 67),
      float('bias', 67),
    ),
  'RMS norm': () =>
    withGradients(
      (x, weight) => ops.rmsNorm(x, weight as tf.Tensor1D, { eps: 1e-5 }),
      float('x', 7, 301, 67),
      float('weight', 67),
    ),
  gelu: () => withGradients((x) => ops.gelu(x), float('x', 13, 3079).mul(3)),
  'exact gelu': () => withGradients((x) => ops.gelu(x, { approximate: 'none' }), float('x', 13, 3079).mul(3)),
  swiglu: () => withGradients((gate, up) => ops.swiglu(gate, up), float('gate', 13, 3079), float('up', 13, 3079)),
  dropout: () =>
    withGradients((x) => ops.dropout(x, { rate: 0.2, keys: Uint32Array.of(1, 2, 3, 4) }), float('x', 2, 9001)),
  embedding: () => {
    const ids = int('ids', 41, 7, 99);
    return withGradients((weight) => ops.embedding(ids, weight as tf.Tensor2D), float('weight', 41, 67));
  },
  'a row for all rows': () => [tf.add, tf.sub, tf.mul].map((f) => f(float('a', 5, 301, 33), float('b', 33))),
  'a number for each row': () => [tf.add, tf.sub, tf.mul].map((f) => f(float('a', 5, 301, 33), float('b', 5, 301, 1))),
  'a number for all': () => [tf.sub(2, float('a', 301, 33)), tf.div(float('a', 301, 33), 3)],
  'both sides broadcast': () => [
    tf.add(float('a', 301, 1), float('b', 33)),
    tf.mul(float('a', 5, 1, 3), float('b', 7, 1)),
    tf.maximum(float('a', 1, 3), float('b', 5, 3)),
    tf.squaredDifference(float('a', 5, 3), float('b', 5, 3)),
    tf.minimum(float('a', 0, 3), float('b', 3)),
    tf.add(int('a', 9, 5, 3), int('b', 9, 3)),
  ],
  'functions of one number': () =>
    [tf.exp, tf.sigmoid, tf.tanh, tf.square, tf.relu, tf.neg, tf.abs].map((f) =>
      f(tf.concat([float('x', 20_001).mul(4), tf.tensor1d([Infinity, -Infinity, 90, -110, 0, 1e-6, 0.19, 0.21])])),
    ),
  'roots and reciprocals': () =>
    [tf.sqrt, tf.rsqrt, tf.reciprocal].map((f) => f(tf.add(tf.square(float('x', 20_001)), 0.1))),
  'NaN, which stays': () =>
    [tf.exp, tf.sigmoid, tf.tanh, tf.relu, tf.sqrt, tf.softmax, tf.max].map((f) =>
      (f as (x: tf.Tensor) => tf.Tensor)(tf.tensor1d([1, NaN, 2, 3, 4, 5, 6, 7, 8, 9, 10])),
    ),
  sums: () => [
    tf.sum(float('x', 7, 301, 67)),
    tf.sum(float('x', 7, 301, 67), 2),
    tf.sum(float('x', 7, 301, 67), [1, 2], true),
    tf.sum(float('x', 7, 301, 67), [0, 1]),
    tf.sum(float('x', 7, 301, 67), 1),
    tf.sum(float('x', 0, 3), 1),
    tf.sum(float('x', 0, 3), 0),
    tf.mean(float('x', 7, 301, 67), 2),
    tf.mean(float('x', 7, 301, 67), 0),
    tf.max(float('x', 7, 301, 67), -1, true),
    tf.max(float('x', 7, 301, 67), 0),
    tf.sum(int('x', 9, 5, 3), 1),
  ],
  softmax: () => [
    tf.softmax(tf.mul(float('x', 33, 1001), 30)),
    tf.softmax(tf.concat([float('x', 3, 9), tf.fill([3, 2], -1e30)], 1)),
  ],
  splitting: () => [...tf.split(float('x', 33, 90), 3, 1), ...tf.split(int('x', 9, 8, 5, 3), [2, 3, 3], 0)],
  joining: () => [
    tf.concat([float('a', 7, 5, 3), float('b', 7, 2, 3), float('c', 7, 0, 3)], 1),
    tf.concat([int('a', 9, 7, 5), int('b', 9, 2, 5)], 0),
    tf.stack([float('a', 33, 5), float('b', 33, 5)], 1),
  ],
  slicing: () => [
    tf.slice(float('x', 7, 11, 13), [1, 2, 3], [5, 7, 9]),
    tf.slice(float('x', 7, 11, 13), [2], [3]),
    tf.slice(float('x', 7, 11, 13), [0, 5, 0], [-1, 1, -1]),
    tf.slice(float('x', 7, 11, 13), [0, 0, 4], [-1, -1, 2]),
    tf.slice(float('x', 3, 4, 5, 6), [0, 1, 0, 2], [3, 2, 5, 3]),
    tf.slice(float('x', 3, 4, 5, 6), [0, 1, 2, 2], [2, 2, 2, 3]),
    tf.slice(float('x', 3, 4), [1, 0], [0, 4]),
  ],
  transposing: () => [
    tf.transpose(float('x', 101, 67)),
    tf.transpose(float('x', 3, 101, 67), [0, 2, 1]),
    tf.transpose(float('x', 3, 5, 7, 9), [0, 2, 1, 3]),
    tf.transpose(float('x', 5, 7, 9), [1, 0, 2]),
    tf.transpose(float('x', 5, 7, 9), [2, 1, 0]),
    tf.transpose(float('x', 3, 5, 1, 9), [0, 2, 3, 1]),
    tf.transpose(float('x', 3, 5), [0, 1]),
    tf.transpose(int('x', 99, 5, 7)),
  ],
  gathering: () => [tf.gather(float('x', 33, 5, 3), int('i', 33, 4, 7)), tf.gather(float('x', 3, 33), [1, 2, 30], 1)],
  'the square of a norm': () => [ops.squareSum([float('a', 40_001), float('b', 7), tf.scalar(3)]), ops.squareSum([])],
};

describe('kernels of the engine equal the plain backend', () => {
  let engine: LoadedSimdBackend;
  beforeAll(async () => {
    engine = await loadSimdBackend({ threads: 2 });
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
    engine.dispose();
  });

  it.each(Object.entries(cases))('%s', async (_, compute) => {
    const outcome = async (backend: string): Promise<{ shape: number[]; dtype: string; values: number[] }[]> => {
      await tf.setBackend(backend);
      const tensors = tf.tidy(() => [compute()].flat());
      const results = tensors.map(async (tensor) => ({
        shape: tensor.shape,
        dtype: tensor.dtype,
        values: [...(await tensor.data())],
      }));
      const outcomes = await Promise.all(results);
      tf.dispose(tensors);
      return outcomes;
    };
    const expected = await outcome('cpu');
    const computed = await outcome('simd');
    expect(computed.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
      expected.map(({ shape, dtype }) => ({ shape, dtype })),
    );
    for (const [index, { values }] of expected.entries()) {
      for (const [i, value] of values.entries()) {
        const actual = computed[index]!.values[i]!;
        const same = Object.is(actual, value) || Math.abs(actual - value) <= 5e-5 * (1 + Math.abs(value));
        if (!same && actual !== value) expect({ index, i, value: actual }).toEqual({ index, i, value });
      }
    }
  });

  it('AdamW moves parameters as its reference form does, and leaves clones alone', async () => {
    const outcome = async (backend: string): Promise<number[][]> => {
      await tf.setBackend(backend);
      const before = tf.memory().numTensors;
      const sizes = [40_003, 5];
      const parameters = sizes.map((size, i) => ({
        value: tf.variable(float(`value${i}`, size)),
        gradient: float(`gradient${i}`, size),
        mean: tf.variable(tf.zeros([size])),
        square: tf.variable(tf.zeros([size])),
        ...{ kept: i === 0 ? 0.99 : 1, stepSize: 0.1, eps: 1e-8 },
      }));
      const clone = parameters[1]!.value.clone();
      const original = [...(await clone.data())];
      const factors = { beta1: 0.9, gradientShare: 0.1, beta2: 0.99, squareShare: 0.01 };
      for (let step = 0; step < 3; step++) ops.adamWUpdate(parameters, factors);
      expect([...(await clone.data())]).toEqual(original);
      const tensors = parameters.flatMap(({ value, mean, square }) => [value, mean, square]);
      const values = await Promise.all(tensors.map(async (tensor) => [...(await tensor.data())]));
      tf.dispose([parameters.map(({ value, gradient, mean, square }) => [value, gradient, mean, square]), clone]);
      // The tensors that the variables were made of are the test's own.
      expect(tf.memory().numTensors - before).toBe(6);
      return values;
    };
    const expected = await outcome('cpu');
    const computed = await outcome('simd');
    for (const [i, values] of expected.entries()) {
      expect(values.every((value, j) => Math.abs(computed[i]![j]! - value) <= 1e-5 * (1 + Math.abs(value)))).toBe(true);
    }
  });
});
