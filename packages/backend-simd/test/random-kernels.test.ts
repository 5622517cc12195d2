import * as tf from '@tensorflow/tfjs';
import { foldIn, randomInteger, randomKey, randomNormal } from '@gptloom/core';
import { loadSimdBackend, type LoadedSimdBackend } from '@gptloom/backend-simd';
import * as ops from '@gptloom/ops';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardBackend } from './guard-blocks.ts';

/*
 * Random shapes, with extents of zero and one, and numbers among which are NaN and infinities: the engine gives what the plain
 * JavaScript backend gives, values and gradients, or refuses what that refuses; it writes nothing outside of its tensors.
 */

/** What a case draws from. */
interface Draw {
  /** Extents of 0 to 9, seldom 0. */
  readonly sizes: readonly [number, number, number, number];
  readonly choices: readonly [number, number, number, number];
  /** Normal numbers, with some that are none where the case wants them. */
  float(name: string, ...shape: number[]): tf.Tensor;
  int(name: string, limit: number, ...shape: number[]): tf.Tensor;
}

/** Inputs to differentiate by, and what is computed from them. */
type Case = (draw: Draw) => { readonly inputs: tf.Tensor[]; readonly f: (...inputs: tf.Tensor[]) => tf.Tensor };

const unary =
  (f: (x: tf.Tensor) => tf.Tensor): Case =>
  ({ float, sizes: [a, b, c] }) => ({ inputs: [float('x', a, b * 3, c)], f });

const binary =
  (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Case =>
  ({ float, sizes: [x, y, z], choices }) => {
    const shapes = [choices[0], choices[1]].map((choice) => {
      const shape = [x, y, z * 3].map((extent, i) => ((choice >> i) & 1 ? 1 : extent));
      return shape.slice(choice & 8 ? shape.findIndex((extent) => extent !== 1) : 0);
    });
    return { inputs: [float('a', ...shapes[0]!), float('b', ...shapes[1]!)], f: (a, b) => f(a!, b!) };
  };

const reduction =
  (f: (x: tf.Tensor, axis: number[], keepDims: boolean) => tf.Tensor): Case =>
  ({ float, sizes: [a, b, c], choices: [axes, keep] }) => ({
    inputs: [float('x', a + 1, b + 1, c + 1)],
    f: (x) => f(x!, axes % 8 === 0 ? [1] : [0, 1, 2].filter((i) => (axes >> i) & 1), keep % 2 === 0),
  });

const permutations = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

const cases: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(
    [tf.exp, tf.log, tf.sigmoid, tf.tanh, tf.square, tf.sqrt, tf.rsqrt, tf.relu, tf.neg, tf.abs, tf.reciprocal].map(
      (f) => [f.name, unary(f)],
    ),
  ),
  step: unary((x) => tf.step(x)),
  ...Object.fromEntries(
    [tf.add, tf.sub, tf.mul, tf.div, tf.maximum, tf.minimum, tf.squaredDifference].map((f) => [
      f.name,
      binary((a, b) => f(a, b)),
    ]),
  ),
  ...Object.fromEntries(
    [tf.equal, tf.notEqual, tf.greater, tf.greaterEqual, tf.less, tf.lessEqual].map((f) => [
      f.name,
      binary((a, b) => tf.mul(tf.cast(f(a, b), 'float32'), tf.add(a, b))),
    ]),
  ),
  sum: reduction((x, axis, keep) => tf.sum(x, axis, keep)),
  mean: reduction((x, axis, keep) => tf.mean(x, axis, keep)),
  max: reduction((x, axis, keep) => tf.max(x, axis, keep)),
  softmax: unary((x) => tf.softmax(x)),
  logSoftmax: unary((x) => tf.logSoftmax(x)),
  addN: ({ float, sizes: [a, b] }) => ({
    inputs: ['x', 'y', 'z'].map((name) => float(name, a, b)),
    f: (...tensors) => tf.addN(tensors),
  }),
  where: ({ float, sizes: [a, b] }) => ({
    inputs: [float('x', a, b), float('y', a, b)],
    f: (x, y) => tf.where(tf.greater(x!, 0), x!, y!),
  }),
  'where of a row': ({ float, sizes: [a, b] }) => ({
    inputs: [float('x', a, b)],
    f: (x) => tf.where(tf.greater(float('row', 1, b), 0), x!, tf.zerosLike(x!)),
  }),
  'casts of int32': ({ float, int, sizes: [a, b] }) => ({
    inputs: [float('x', a, 2 * b)],
    f: (x) => {
      const ids = tf.concat([int('i', 99, a, b), int('j', 99, a, b)], 1);
      const numbers = tf.cast(ids, 'float32');
      return tf.add(tf.mul(x!, numbers), tf.cast(tf.concat([ids, ids], 1).slice([0, b], [-1, 2 * b]), 'float32'));
    },
  }),
  transpose: ({ float, sizes: [a, b, c], choices: [p] }) => ({
    inputs: [float('x', a, b, c)],
    f: (x) => tf.transpose(x!, permutations[p % 6]!),
  }),
  gather: ({ float, int, sizes: [a, b, c, d], choices: [axis] }) => ({
    inputs: [float('x', a + 1, b + 1, c + 1)],
    f: (x) => tf.gather(x!, int('i', [a, b, c][axis % 3]! + 1, d), axis % 3),
  }),
  concat: ({ float, sizes: [a, b, c, d], choices: [axis] }) => {
    const shape = (extent: number): number[] => [a, b, c].map((whole, i) => (i === axis % 3 ? extent : whole));
    return {
      inputs: [float('x', ...shape(b)), float('y', ...shape(d)), float('z', ...shape(1))],
      f: (...tensors) => tf.concat(tensors, axis % 3),
    };
  },
  slice: ({ float, sizes, choices }) => {
    const shape = sizes.slice(0, 3);
    const begin = shape.map((extent, i) => Math.min(extent, choices[i]! % 4));
    return { inputs: [float('x', ...shape)], f: (x) => tf.slice(x!, begin) };
  },
  stridedSlice: ({ float, sizes: [a, b, c], choices }) => {
    const steps = choices.map((choice) => [1, 2, -1, 3][choice % 4]!);
    const shape = [a, b, c];
    return {
      inputs: [float('x', ...shape)],
      // Without a gradient in TensorFlow.js: what is differentiated is the sum with x.
      f: (x) => {
        const taken = tf.stridedSlice(
          float('other', ...shape),
          shape.map((extent, i) => (steps[i]! < 0 ? extent - 1 : Math.min(1, extent))),
          shape.map((extent, i) => (steps[i]! < 0 ? -extent - 1 : extent)),
          steps.slice(0, 3),
        );
        return tf.add(tf.sum(tf.mul(taken, float('weights', ...taken.shape))), x!);
      },
    };
  },
  reverse: ({ float, sizes: [a, b, c], choices: [axes] }) => ({
    inputs: [float('x', a, b, c)],
    f: (x) =>
      tf.reverse(
        x!,
        [0, 1, 2].filter((i) => (axes >> i) & 1),
      ),
  }),
  split: ({ float, sizes: [a, b, c], choices: [axis] }) => {
    const shape = [a, b, c].map((whole, i) => (i === axis % 3 ? 3 * whole : whole));
    return { inputs: [float('x', ...shape)], f: (x) => tf.addN(tf.split(x!, 3, axis % 3)) };
  },
  pad: ({ float, sizes: [a, b, c], choices }) => ({
    inputs: [float('x', a, b, c)],
    f: (x) =>
      tf.pad(
        x!,
        [0, 1, 2].map((i): [number, number] => [choices[i]! % 3, choices[i]! % 2]),
        2.5,
      ),
  }),
  tile: ({ float, sizes: [a, b, c], choices }) => ({
    inputs: [float('x', a, b, c)],
    f: (x) => tf.tile(x!, [1 + (choices[0] % 3), 1 + (choices[1] % 2), 1 + (choices[2] % 3)]),
  }),
  matMul: ({ float, sizes: [a, b, c, d], choices: [left, right, batch] }) => {
    const [m, k, n] = [a, b * 3, c * 5];
    return {
      inputs: [
        float('a', ...(batch & 1 ? [d] : []), ...(left & 1 ? [k, m] : [m, k])),
        float('b', ...(batch & 2 ? [d] : []), ...(right & 1 ? [n, k] : [k, n])),
      ],
      f: (x, y) => tf.matMul(x!, y!, (left & 1) === 1, (right & 1) === 1),
    };
  },
  linear: ({ float, sizes: [a, b, c, d] }) => ({
    inputs: [float('x', a, b, c), float('weight', d * 3, c), float('bias', d * 3)],
    f: (x, weight, bias) => ops.linear(x!, weight as tf.Tensor2D, bias as tf.Tensor1D),
  }),
  gelu: unary((x) => ops.gelu(x)),
  'exact gelu': unary((x) => ops.gelu(x, { approximate: 'none' })),
  swiglu: ({ float, sizes: [a, b] }) => ({
    inputs: [float('gate', a, 5 * b), float('up', a, 5 * b)],
    f: (gate, up) => ops.swiglu(gate!, up!),
  }),
  layerNorm: ({ float, sizes: [a, b, c] }) => ({
    inputs: [float('x', a, b, c + 3), float('weight', c + 3), float('bias', c + 3)],
    f: (x, weight, bias) => ops.layerNorm(x!, weight as tf.Tensor1D, bias as tf.Tensor1D, { eps: 1e-2 }),
  }),
  rmsNorm: ({ float, sizes: [a, b, c] }) => ({
    inputs: [float('x', a, b, c + 1), float('weight', c + 1)],
    f: (x, weight) => ops.rmsNorm(x!, weight as tf.Tensor1D, { eps: 1e-2 }),
  }),
  dropout: ({ float, sizes: [a, b, c] }) => ({
    inputs: [float('x', a, b, c)],
    f: (x) => ops.dropout(x!, { rate: 0.3, keys: Uint32Array.from({ length: 2 * a }, (_, i) => i) }),
  }),
  embedding: ({ float, int, sizes: [a, b, c, d] }) => ({
    inputs: [float('weight', a + 1, b * c)],
    f: (weight) => ops.embedding(int('ids', a + 1, d, 2), weight as tf.Tensor2D),
  }),
  attention: ({ float, int, sizes: [a, b, c, d], choices: [heads, window, lengths] }) => ({
    inputs: [
      float('query', a, b, 1 + (heads % 2), d + 1),
      float('key', a, b, 1, d + 1),
      float('value', a, b, 1, c + 1),
    ],
    f: (query, key, value) =>
      ops.attention(query as tf.Tensor4D, key as tf.Tensor4D, value as tf.Tensor4D, {
        ...(window % 2 === 0 ? { window: 2 } : {}),
        ...(lengths % 2 === 0 ? { keyLengths: int('lengths', b + 1, a) as tf.Tensor1D } : {}),
      }),
  }),
  linearCrossEntropy: ({ float, int, sizes: [a, b, c] }) => ({
    inputs: [float('hidden', a, b + 1), float('head', 3 * c + 1, b + 1)],
    f: (hidden, head) =>
      ops.linearCrossEntropy(hidden as tf.Tensor2D, head as tf.Tensor2D, int('targets', 3 * c + 1, a) as tf.Tensor1D),
  }),
};

/**
 * Where NaN and infinities can not be compared: the plain gradient of gather multiplies every row with a mask of zeros, so that one
 * NaN is in all rows; attention takes a score of -Infinity for a hidden one (NaN is compared below).
 */
const contaminated: readonly string[] = ['gather', 'attention'];

const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1];

interface Outcome {
  readonly shapes: number[][];
  readonly dtypes: string[];
  readonly values: number[][];
}

/** Value and gradients of a case on a backend, or the name of what it throws. */
async function outcomeOf(
  backend: string,
  one: Case,
  { seed, oddShare, ...random }: { seed: number; oddShare: number } & Pick<Draw, 'sizes' | 'choices'>,
): Promise<Outcome | string> {
  await tf.setBackend(backend);
  const key = randomKey(seed);
  const count = (shape: number[]): number => shape.reduce((product, extent) => product * extent, 1);
  const float = (name: string, ...shape: number[]): tf.Tensor => {
    const own = foldIn(key, name);
    const values = randomNormal(own, count(shape)).map((value, i) =>
      oddShare > 0 && randomInteger(foldIn(own, i), oddShare) === 0 ? odd[i % odd.length]! : value,
    );
    return tf.tensor(values, shape);
  };
  const int = (name: string, limit: number, ...shape: number[]): tf.Tensor => {
    const own = foldIn(key, name);
    const values = Array.from({ length: count(shape) }, (_, i) => randomInteger(foldIn(own, i), limit));
    return tf.tensor(values, shape, 'int32');
  };
  const before = tf.memory().numTensors;
  try {
    const tensors = tf.tidy(() => {
      const { inputs, f } = one({ ...random, float, int });
      const value = f(...inputs);
      return [value, ...tf.grads(f)(inputs, float('probe', ...value.shape))];
    });
    const values = await Promise.all(tensors.map(async (tensor) => [...(await tensor.data())]));
    const outcome = {
      shapes: tensors.map(({ shape }) => shape),
      dtypes: tensors.map(({ dtype }) => dtype),
      values,
    };
    tf.dispose(tensors);
    expect(tf.memory().numTensors).toBe(before);
    return outcome;
  } catch (error) {
    return `throws ${(error as Error).name}`;
  }
}

describe('kernels of the engine equal the plain backend for random shapes', () => {
  let engine: LoadedSimdBackend;
  let guards: ReturnType<typeof guardBackend>;
  beforeAll(async () => {
    engine = await loadSimdBackend({ threads: 2 });
    await tf.setBackend('simd');
    guards = guardBackend();
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
    engine.dispose();
  });

  const size = fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 9 }) },
    { weight: 1, arbitrary: fc.constant(0) },
  );
  const choice = fc.integer({ min: 0, max: 15 });
  const draw = (oddShare: number): fc.Arbitrary<Parameters<typeof outcomeOf>[2]> =>
    fc.record({
      seed: fc.nat(),
      oddShare: fc.constant(oddShare),
      sizes: fc.tuple(size, size, size, size),
      choices: fc.tuple(choice, choice, choice, choice),
    });

  for (const [kind, oddShare] of [
    ['numbers', 0],
    ['some NaN and infinite', 9],
  ] as const) {
    it.each(Object.entries(cases).filter(([name]) => oddShare === 0 || !contaminated.includes(name)))(
      `%s of ${kind}`,
      async (_, one) => {
        await fc.assert(
          fc.asyncProperty(draw(oddShare), async (random) => {
            const expected = await outcomeOf('cpu', one, random);
            const computed = await outcomeOf('simd', one, random);
            // Many plain kernels throw where there is nothing to do.
            if (typeof expected === 'string' && random.sizes.includes(0)) return;
            if (typeof expected === 'string' || typeof computed === 'string') {
              expect(computed).toEqual(expected);
              return;
            }
            expect(computed.shapes).toEqual(expected.shapes);
            expect(computed.dtypes).toEqual(expected.dtypes);
            for (const [index, values] of expected.values.entries()) {
              for (const [i, value] of values.entries()) {
                const actual = computed.values[index]![i]!;
                // What diverges must be seen to, be it as NaN or as infinite: `x sigmoid(x)` of -Infinity may be either.
                const same = Number.isFinite(value)
                  ? Math.abs(actual - value) <= 5e-5 * (1 + Math.abs(value))
                  : !Number.isFinite(actual);
                if (!same) expect({ index, i, value: actual }).toEqual({ index, i, value });
              }
            }
          }),
          { numRuns: 40, seed: 5 },
        );
        expect(guards.changed()).toBe(0);
      },
    );
  }

  it('attention shows NaN to the queries that see it, and to no other head or row', async () => {
    await tf.setBackend('simd');
    for (const name of ['query', 'key', 'value']) {
      const [query, key, value] = ['query', 'key', 'value'].map((other) => {
        const values = randomNormal(foldIn(randomKey(1), other), 2 * 9 * 2 * 5);
        // One number of the third token and the first head, in the first row of the batch.
        if (other === name) values[2 * 10 + 3] = Number.NaN;
        return tf.tensor4d(values, [2, 9, 2, 5]);
      }) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      const y = ops.attention(query, key, value);
      const seen = [...(await y.data())].map((_, i) => {
        const [column, head, token, row] = [i % 5, Math.floor(i / 5) % 2, Math.floor(i / 10) % 9, Math.floor(i / 90)];
        if (row > 0 || head > 0) return false;
        // A weight of zero times NaN is NaN, here as in the reference form.
        if (name === 'value') return column === 3;
        return name === 'query' ? token === 2 : token >= 2;
      });
      expect([...(await y.data())].map(Number.isNaN)).toEqual(seen);
      tf.dispose([query, key, value, y]);
    }
  });
});
