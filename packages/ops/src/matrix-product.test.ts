import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchProduct, columnSums, matrixProduct } from './matrix-product.ts';

beforeAll(async () => {
  await tf.setBackend('wasm');
});
afterAll(async () => {
  await tf.setBackend('cpu');
});

const random = <R extends tf.Rank>(shape: tf.ShapeMap[R], seed: number): tf.Tensor<R> =>
  tf.randomNormal<R>(shape, 0, 1, 'float32', seed);
const expectEqual = (actual: tf.Tensor, expected: tf.Tensor): void => {
  expect(actual.shape).toEqual(expected.shape);
  expect(tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0]).toBeLessThan(1e-5);
};

describe('products on the stock wasm backend', () => {
  it.each([
    [3, 4, 5, 6],
    [1, 1, 1, 1],
    [12, 17, 3, 9],
    [2, 64, 64, 1],
  ])('batches of %i: %i x %i x %i, either side transposed', (count, m, k, n) => {
    const [a, b] = [random<tf.Rank.R3>([count, m, k], 1), random<tf.Rank.R3>([count, k, n], 2)];
    const [aT, bT] = [tf.transpose(a, [0, 2, 1]), tf.transpose(b, [0, 2, 1])];
    const expected = tf.matMul(a, b);
    expectEqual(batchProduct(a, b), expected);
    expectEqual(batchProduct(aT, b, { a: true }), expected);
    expectEqual(batchProduct(a, bT, { b: true }), expected);
    expectEqual(batchProduct(aT, bT, { a: true, b: true }), expected);
  });

  it('does not keep what b held before', () => {
    const a = tf.ones<tf.Rank.R3>([2, 2, 2]);
    for (const value of [1, 2, 3]) {
      const product = batchProduct(a, tf.fill<tf.Rank.R3>([2, 2, 2], value));
      expect([...product.dataSync()]).toEqual(new Array(8).fill(2 * value));
    }
  });

  it('leaves the memory of the backend as it was', () => {
    const [a, b] = [random<tf.Rank.R3>([3, 4, 5], 1), random<tf.Rank.R3>([3, 5, 4], 2)];
    const before = [tf.memory().numTensors, tf.backend().numDataIds()];
    for (let i = 0; i < 5; i++) batchProduct(a, b).dispose();
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
  });

  it('multiplies nothing', () => {
    expect(batchProduct(tf.zeros([0, 2, 3]), tf.zeros([0, 3, 2])).shape).toEqual([0, 2, 2]);
  });

  it.each([
    [5, 3, 4],
    [9, 40, 2],
    [1, 1, 1],
  ])('matrices %i x %i x %i, either side transposed', (m, k, n) => {
    const [a, b] = [random<tf.Rank.R2>([m, k], 1), random<tf.Rank.R2>([k, n], 2)];
    const expected = tf.matMul(a, b);
    expectEqual(matrixProduct(a, tf.transpose(b), { b: true }), expected);
    expectEqual(matrixProduct(tf.transpose(a), b, { a: true }), expected);
    expectEqual(matrixProduct(tf.transpose(a), tf.transpose(b), { a: true, b: true }), expected);
    expectEqual(columnSums(a), tf.sum(a, 0));
  });
});
