import * as tf from '@tensorflow/tfjs';
import { ConfigError } from '@gptloom/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomizeParameters, tensorsLeftBy } from '../test/helpers.ts';
import { Embedding } from './embedding.ts';
import { LearnedPositions } from './learned-positions.ts';
import { namedParameters } from './module-tree.ts';
import { SinusoidalPositions } from './sinusoidal-positions.ts';

const ids = (): tf.Tensor2D => tf.tensor2d([[2, 0, 2]], [1, 3], 'int32');

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each([
  ['Embedding', () => new Embedding({ vocabSize: 3, embedDim: 2 }), 'embedding'],
  ['LearnedPositions', () => new LearnedPositions({ maxSeqLen: 3, embedDim: 2 }), 'position'],
] as const)('%s', (_name, make, role) => {
  test('looks vectors up, and sums gradients of ids that occur twice', () => {
    const layer = make();
    expect([...namedParameters(layer)].map(([path, p]) => [path, p.role, ...p.shape])).toEqual([
      ['weight', role, 3, 2],
    ]);
    layer.weight.assign(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]));
    expect(layer.forward(ids()).arraySync()).toEqual([
      [
        [5, 6],
        [1, 2],
        [5, 6],
      ],
    ]);
    const { grads } = tf.variableGrads(() => tf.sum(layer.forward(ids())) as tf.Scalar);
    expect(grads[layer.weight.value.name]!.arraySync()).toEqual([
      [1, 1],
      [0, 0],
      [2, 2],
    ]);
  });

  test('leaves nothing but its output', () => {
    const layer = make();
    randomizeParameters(layer);
    const input = ids();
    expect(tensorsLeftBy(() => tf.tidy(() => layer.forward(input)).dispose())).toBe(0);
  });
});

describe('SinusoidalPositions', () => {
  test('has the values of the formula, and no parameters', () => {
    const layer = new SinusoidalPositions({ maxSeqLen: 2048, embedDim: 4 });
    expect(namedParameters(layer).size).toBe(0);
    const values = layer.forward(tf.tensor2d([[0, 1, 2047]], [1, 3], 'int32')).dataSync();
    // Computed by numpy 2.4 in float64: sin and cos of p and of p / 100.
    const expected = [
      0, 1, 0, 1, 0.8414709848, 0.5403023059, 0.0099998333, 0.999950004, -0.9683193119, 0.2497152582, 0.9987678035,
      -0.0496273581,
    ];
    expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 6));
  });

  test('leaves nothing but its output', () => {
    const layer = new SinusoidalPositions({ maxSeqLen: 3, embedDim: 4 });
    const input = ids();
    expect(tensorsLeftBy(() => layer.forward(input).dispose())).toBe(0);
  });

  test('refuses an odd size', () => {
    expect(() => new SinusoidalPositions({ maxSeqLen: 4, embedDim: 3 })).toThrow(ConfigError);
  });
});
