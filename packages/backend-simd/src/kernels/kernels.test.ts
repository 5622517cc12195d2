import * as tf from '@tensorflow/tfjs';
import { ShapeError, randomKey, foldIn, randomInteger, randomNormal } from '@gptloom/core';
import * as ops from '@gptloom/ops';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardBlocks } from '../../test/guard-blocks.ts';
import { Engine } from '../engine.ts';
import { createSimdBackend, type SimdBackend } from '../simd-backend.ts';
import { activationKernels } from './activations.ts';
import { attentionKernels } from './attention.ts';
import { cachedAttentionKernels } from './cached-attention.ts';
import { dataMovementKernels } from './data-movement.ts';
import { dropoutKernels } from './dropout.ts';
import { elementwiseKernels } from './elementwise.ts';
import { embeddingKernels } from './embedding.ts';
import type { EngineKernel } from './engine-kernel.ts';
import { linearCrossEntropyKernels } from './linear-cross-entropy.ts';
import { normKernels } from './norms.ts';
import { optimizerKernels } from './optimizer.ts';
import { reductionKernels } from './reductions.ts';

/*
 * What values tests can not see: kernels keep to their tensors, and threads change no bit. Values are compared with the plain
 * backend in test/kernels.test.ts.
 */

const kernels: Readonly<Record<string, EngineKernel>> = {
  ...activationKernels,
  ...attentionKernels,
  ...cachedAttentionKernels,
  ...dataMovementKernels,
  ...dropoutKernels,
  ...elementwiseKernels,
  ...embeddingKernels,
  ...linearCrossEntropyKernels,
  ...normKernels,
  ...optimizerKernels,
  ...reductionKernels,
};

type Values = Float32Array | Int32Array;
const float = (name: string, ...shape: number[]): [number[], Values] => [
  shape,
  randomNormal(
    foldIn(randomKey(3), name),
    shape.reduce((a, b) => a * b, 1),
  ),
];
const positive = (name: string, ...shape: number[]): [number[], Values] => [
  shape,
  float(name, ...shape)[1].map((x) => x * x),
];
const int = (name: string, limit: number, ...shape: number[]): [number[], Values] => [
  shape,
  Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
    randomInteger(foldIn(foldIn(randomKey(4), name), i), limit),
  ),
];

interface Case {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, [number[], Values]>>;
  readonly attributes?: object;
}

const x = float('x', 13, 3079);
const rows = float('rows', 301, 67);
const rowNumbers = (name: string): [number[], Values] => positive(name, 301);
const weight = float('weight', 67);
const normed: ops.NormAttributes = { eps: 1e-5, withStatistics: true };
const attention: Case['inputs'] = {
  query: float('query', 2, 101, 4, 19),
  key: float('key', 2, 101, 2, 19),
  value: float('value', 2, 101, 2, 13),
};
const attentionAttributes: ops.AttentionAttributes = {
  ...{ scale: 0.3, causal: true, window: 0, softCap: 0, alibiSlopes: [], dropoutRate: 0 },
  dropoutKeys: new Uint32Array(0),
};
const everything: ops.AttentionAttributes = {
  ...{ scale: 0.3, causal: false, window: 33, softCap: 2, alibiSlopes: [1, 0.5, 0.25, 0.125], dropoutRate: 0.3 },
  dropoutKeys: Uint32Array.of(1, 2, 3, 4),
};
const masks: Case['inputs'] = {
  queryPositions: int('queryPositions', 101, 2, 101),
  keyPositions: int('keyPositions', 101, 2, 101),
  keyLengths: [[2], Int32Array.of(99, 0)],
  segmentIds: int('segmentIds', 2, 2, 101),
};
const attentionResults: Case['inputs'] = {
  dy: float('dy', 2, 101, 4, 13),
  y: float('y', 2, 101, 4, 13),
  logSumExp: positive('logSumExp', 2, 4, 101),
};
const head = (tokens: number, vocab: number, dim: number): Case['inputs'] => ({
  hidden: float('hidden', tokens, dim),
  weight: float('head', vocab, dim),
  targets: int('targets', vocab, tokens),
});
const cached = (batch: number, time: number, lastOnly: boolean): Case => ({
  kernel: ops.cachedAttentionKernel,
  inputs: {
    queryKeyValue: float('queryKeyValue', batch, time, 8 * 19),
    key: float('earlierKey', batch, 99, 2, 19),
    value: float('earlierValue', batch, 99, 2, 19),
  },
  attributes: { ...attentionAttributes, window: 33, heads: 4, kvHeads: 2, capacity: 200, lastOnly },
});
const headAttributes = { softCap: 0, ignoreIndex: -100, mostKept: 0 };
const capped = { softCap: 3, ignoreIndex: 1, mostKept: 0 };

const cases: readonly Case[] = [
  ...['tanh', 'none'].flatMap((approximate): Case[] => [
    { kernel: ops.geluKernel, inputs: { x }, attributes: { approximate } },
    { kernel: ops.geluGradKernel, inputs: { x, dy: float('dy', 13, 3079) }, attributes: { approximate } },
  ]),
  { kernel: ops.swigluKernel, inputs: { gate: x, up: x } },
  { kernel: ops.swigluGradKernel, inputs: { dy: x, gate: x, up: x } },
  { kernel: ops.layerNormKernel, inputs: { x: rows, weight, bias: weight }, attributes: normed },
  { kernel: ops.layerNormKernel, inputs: { x: rows, weight }, attributes: { ...normed, withStatistics: false } },
  {
    kernel: ops.layerNormGradKernel,
    inputs: { dy: rows, x: rows, weight, mean: rowNumbers('mean'), reciprocalStd: rowNumbers('std') },
  },
  { kernel: ops.rmsNormKernel, inputs: { x: rows, weight }, attributes: normed },
  { kernel: ops.rmsNormKernel, inputs: { x: rows, weight }, attributes: { ...normed, withStatistics: false } },
  { kernel: ops.rmsNormGradKernel, inputs: { dy: rows, x: rows, weight, reciprocalRms: rowNumbers('rms') } },
  { kernel: ops.attentionKernel, inputs: attention, attributes: attentionAttributes },
  { kernel: ops.attentionGradKernel, inputs: { ...attention, ...attentionResults }, attributes: attentionAttributes },
  { kernel: ops.attentionKernel, inputs: { ...attention, ...masks }, attributes: everything },
  { kernel: ops.attentionGradKernel, inputs: { ...attention, ...attentionResults, ...masks }, attributes: everything },
  {
    kernel: ops.attentionKernel,
    inputs: {
      ...{ query: float('query', 2, 3, 4, 19), queryPositions: int('few', 101, 2, 3) },
      ...{ key: attention['key']!, value: attention['value']!, keyPositions: masks['keyPositions']! },
    },
    attributes: everything,
  },
  ...[cached(1, 1, false), cached(1, 9, false), cached(2, 3, true), cached(2, 9, false)],
  ...(
    [head(211, 301, 37), head(20, 11_000, 50), head(7, 1, 16), head(20, 40, 8200), head(30, 20, 16_384)] as const
  ).flatMap((inputs): Case[] => {
    const perToken = inputs['targets']![0];
    // Above every logit, as a real one is: exponentials of wide rows would be infinite otherwise.
    const logSumExp: [number[], Values] = [
      perToken,
      new Float32Array(perToken[0]!).fill(inputs['hidden']![0][1]! > 1000 ? 500 : 25),
    ];
    const gradientInputs = { ...inputs, dy: float('dy', ...perToken), logSumExp };
    return [headAttributes, capped].flatMap((attributes) => [
      { kernel: ops.linearCrossEntropyKernel, inputs, attributes },
      { kernel: ops.linearCrossEntropyGradKernel, inputs: gradientInputs, attributes },
    ]);
  }),
  // Hardly a query of such heads fits into a thread's working space.
  ...[ops.attentionKernel, ops.attentionGradKernel].map((kernel): Case => {
    const shape = [1, 9, 1, 16_384];
    const inputs = Object.fromEntries(
      ['query', 'key', 'value', 'dy', 'y'].map((name) => [name, float(name, ...shape)]),
    );
    return {
      kernel,
      inputs: { ...inputs, logSumExp: positive('logSumExp', 1, 1, 9) },
      attributes: { ...attentionAttributes, scale: 0.01 },
    };
  }),
  { kernel: ops.embeddingKernel, inputs: { ids: int('ids', 41, 500), weight: float('table', 41, 67) } },
  {
    kernel: ops.embeddingGradKernel,
    inputs: { ids: int('ids', 41, 1000), dy: float('dy', 1000, 67) },
    attributes: { vocabSize: 41 },
  },
  {
    kernel: ops.dropoutKernel,
    inputs: { x: float('x', 3, 5001) },
    attributes: { rate: 0.1, keys: Uint32Array.of(1, 2, 3, 4, 5, 6) },
  },
  ...[tf.Add, tf.Sub, tf.Multiply, tf.RealDiv, tf.Maximum, tf.Minimum, tf.SquaredDifference].flatMap((kernel): Case[] =>
    [float('b', 13, 3079), float('b', 3079), float('b', 13, 1), float('b')].map((b) => ({
      kernel,
      inputs: { a: x, b },
    })),
  ),
  ...[tf.Exp, tf.Sigmoid, tf.Tanh, tf.Square, tf.Sqrt, tf.Rsqrt, tf.Relu, tf.Neg, tf.Abs, tf.Reciprocal].map(
    (kernel): Case => ({ kernel, inputs: { x: positive('x', 13, 3079) } }),
  ),
  ...[[0], [1], [0, 1]].flatMap((axis): Case[] => [
    { kernel: tf.Sum, inputs: { x }, attributes: { axis } },
    ...(axis.includes(1) ? [{ kernel: tf.Mean, inputs: { x }, attributes: { axis } }] : []),
  ]),
  { kernel: tf.Max, inputs: { x }, attributes: { reductionIndices: [1] } },
  { kernel: tf.Softmax, inputs: { logits: x }, attributes: { dim: 1 } },
  { kernel: tf.SplitV, inputs: { x: rows }, attributes: { numOrSizeSplits: [20, 7, 40], axis: 1 } },
  { kernel: tf.Concat, inputs: { 0: rows, 1: float('other', 301, 3) }, attributes: { axis: 1 } },
  { kernel: tf.Slice, inputs: { x: float('x', 7, 11, 13) }, attributes: { begin: [1, 2, 3], size: [5, 7, 9] } },
  { kernel: tf.Transpose, inputs: { x: float('x', 3, 101, 67) }, attributes: { perm: [0, 2, 1] } },
  { kernel: tf.Transpose, inputs: { x: float('x', 3, 5, 7, 9) }, attributes: { perm: [0, 2, 1, 3] } },
  { kernel: tf.GatherV2, inputs: { x: rows, indices: int('i', 301, 99) }, attributes: { axis: 0, batchDims: 0 } },
  { kernel: ops.squareSumKernel, inputs: { x0: x, x1: rows, x2: float('one', 1) } },
];

describe('kernels of the engine', () => {
  let backends: readonly SimdBackend[];
  let guards: readonly ReturnType<typeof guardBlocks>[];
  beforeAll(async () => {
    const engines = [await Engine.start({ threads: 1 }), await Engine.start({ threads: 2 })];
    guards = engines.map(guardBlocks);
    backends = engines.map(createSimdBackend);
  });
  afterAll(() => {
    for (const { engine } of backends) engine.dispose();
  });

  const tensorOf = (backend: SimdBackend, [shape, values]: [number[], Values]): tf.TensorInfo => {
    const dtype = values instanceof Int32Array ? 'int32' : 'float32';
    const info = backend.allocate(shape, dtype);
    const pointer = backend.pointer(info);
    const { engine } = backend;
    const view = dtype === 'int32' ? engine.int32(pointer, values.length) : engine.float32(pointer, values.length);
    view.set(values);
    return info;
  };
  const valuesOf = (backend: SimdBackend, info: tf.TensorInfo): number[] => [
    ...(backend.readSync(info.dataId) as Float32Array),
  ];

  it.each(
    cases.map(
      (one, i) =>
        [
          `${i}: ${one.kernel} ${Object.values(one.inputs)
            .map(([s]) => `[${s.join()}]`)
            .join(' ')}`,
          one,
        ] as const,
    ),
  )('%s: writes and reads its tensors alone, and threads change nothing', (_, { kernel, inputs, attributes = {} }) => {
    const results = backends.map((backend) => {
      const tensors = Object.fromEntries(
        Object.entries(inputs).map(([name, input]) => [name, tensorOf(backend, input)]),
      );
      const output = kernels[kernel]!({ inputs: tensors, backend, attributes });
      const outputs = Array.isArray(output) ? output : [output];
      const values = outputs.map((info) => valuesOf(backend, info));
      for (const info of [...Object.values(tensors), ...outputs]) backend.disposeData(info.dataId);
      return values;
    });
    expect(results[0]!.flat().filter(Number.isNaN)).toEqual([]);
    expect(results[1]).toEqual(results[0]);
    expect(guards.map(({ changed }) => changed())).toEqual([0, 0]);
  });

  it('refuse rows that are too wide for them', () => {
    const backend = backends[0]!;
    const call = (kernel: string, shape: number[], attributes: object): unknown => {
      const names = ['query', 'key', 'value', 'hidden', 'weight', 'targets'];
      const inputs = Object.fromEntries(names.map((name) => [name, { shape } as tf.TensorInfo]));
      return kernels[kernel]!({ inputs, backend, attributes });
    };
    expect(() => call(ops.attentionKernel, [1, 1, 1, 16_385], attentionAttributes)).toThrow(ShapeError);
    expect(() => call(ops.linearCrossEntropyKernel, [1, 16_385], headAttributes)).toThrow(ShapeError);
  });

  it('AdamW changes its variables alone', () => {
    const names = ['value', 'gradient', 'mean', 'square'];
    const sizes = [40_003, 7, 16_384];
    const attributes: ops.AdamWAttributes = {
      ...{ beta1: 0.9, gradientShare: 0.1, beta2: 0.99, squareShare: 0.01 },
      ...{ kept: [0.9, 1, 1], stepSizes: [0.1, 0.2, 0.3], eps: [1e-8, 1e-8, 1e-3] },
    };
    const results = backends.map((backend) => {
      const inputs = Object.fromEntries(
        sizes.flatMap((size, i) =>
          names.map((name) => [`${name}${i}`, tensorOf(backend, positive(`${name}${i}`, size))]),
        ),
      );
      optimizerKernels[ops.adamWKernel]!({ inputs, backend, attributes });
      return Object.fromEntries(Object.entries(inputs).map(([name, info]) => [name, valuesOf(backend, info)]));
    });
    expect(results[1]).toEqual(results[0]);
    for (const [index, size] of sizes.entries()) {
      const before = (name: string): Values => positive(`${name}${index}`, size)[1];
      const [value, gradient, mean, square] = names.map(before) as [Values, Values, Values, Values];
      const after = (name: string): number => results[0]![`${name}${index}`]!.at(-1)!;
      const m = 0.9 * mean.at(-1)! + 0.1 * gradient.at(-1)!;
      const s = 0.99 * square.at(-1)! + 0.01 * gradient.at(-1)! ** 2;
      expect(after('mean')).toBeCloseTo(m, 5);
      expect(after('square')).toBeCloseTo(s, 5);
      const { kept, stepSizes, eps } = attributes;
      const expected = kept[index]! * value.at(-1)! - (stepSizes[index]! * m) / (Math.sqrt(s) + eps[index]!);
      expect(after('value')).toBeCloseTo(expected, 4);
      expect(results[0]![`gradient${index}`]).toEqual([...gradient]);
    }
    expect(guards.map(({ changed }) => changed())).toEqual([0, 0]);
  });
});
