import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gelu, linear, linearGelu } from '@gptloom/ops';
import { loadSimdBackend } from '@gptloom/backend-simd';

beforeAll(async () => {
  await loadSimdBackend({ threads: 2 });
  await tf.setBackend('simd');
});
afterAll(() => tf.removeBackend('simd'));

// Small shapes are compared with other references by packages/conformance; these are cut into blocks for two threads.
describe('linearGelu on simd', () => {
  it.each([
    [1, 70, 33],
    [3, 130, 7],
    [97, 213, 130],
    [400, 65, 391],
  ])('gives the bits of gelu after linear: %i rows, %i columns, %i terms', async (rows, columns, terms) => {
    const x = tf.randomNormal([rows, terms], 0, 1, 'float32', 1);
    const weight = tf.randomNormal([columns, terms], 0, 0.3, 'float32', 2) as tf.Tensor2D;
    const bias = tf.randomNormal([columns], 0, 1, 'float32', 3) as tf.Tensor1D;
    for (const approximate of ['tanh', 'none'] as const) {
      const fused = linearGelu(x, weight, bias, { approximate });
      const separate = tf.tidy(() => gelu(linear(x, weight, bias), { approximate }));
      expect(await fused.data()).toEqual(await separate.data());
      tf.dispose([fused, separate]);
    }
    tf.dispose([x, weight, bias]);
  });
});
