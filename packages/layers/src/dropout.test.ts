import * as tf from '@tensorflow/tfjs';
import { ConfigError } from '@gptloom/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { contextFor } from '../test/helpers.ts';
import { Dropout } from './dropout.ts';

const dropout = new Dropout({ rate: 0.25 });
const run = (layer: Dropout, options: Parameters<typeof contextFor>[2], rows = 4): Float32Array =>
  layer
    .forward(tf.ones([rows, 50, 20]), contextFor(layer, [rows, 50], { training: true, ...options }))
    .dataSync()
    .slice() as Float32Array;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('Dropout', () => {
  test('drops the share it is told and keeps the mean', () => {
    const values = run(dropout, {});
    const dropped = values.filter((value) => value === 0).length / values.length;
    expect(dropped).toBeCloseTo(0.25, 1);
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]));
  });

  test('gives its input back in evaluation and at rate 0', () => {
    const x = tf.ones([1, 2, 3]);
    expect(dropout.forward(x, contextFor(dropout, [1, 2]))).toBe(x);
    const none = new Dropout({ rate: 0 });
    expect(none.forward(x, contextFor(none, [1, 2], { training: true }))).toBe(x);
  });

  test('draws by seed, step and row, not by the batch', () => {
    const whole = run(dropout, { seed: 1, step: 5 });
    expect(run(dropout, { seed: 1, step: 5 })).toEqual(whole);
    expect(run(dropout, { seed: 1, step: 5, globalRows: [2, 3] }, 2)).toEqual(whole.slice(2000));
    expect(run(dropout, { seed: 1, step: 6 })).not.toEqual(whole);
    expect(run(dropout, { seed: 2, step: 5 })).not.toEqual(whole);
  });

  test('checks its rate', () => {
    expect(() => new Dropout({ rate: 1 })).toThrow(ConfigError);
  });
});
