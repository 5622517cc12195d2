import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gelu, linear, linearGelu } from '@gptloom/ops';
import { loadSimdBackend } from '@gptloom/backend-simd';

beforeAll(async () => {
  await loadSimdBackend({ threads: 2 });
  await tf.setBackend('simd');
});
afterAll(() => tf.removeBackend('simd'));

type Inputs = [tf.Tensor, tf.Tensor2D, tf.Tensor1D];

// Small shapes are compared with other references by packages/conformance; these are cut into blocks for two threads.
describe('linearGelu on simd', () => {
  it.each([
    [1, 70, 33],
    [3, 130, 7],
    [97, 213, 130],
    [400, 65, 391],
  ])('gives the bits of gelu after linear, gradients too: %i rows, %i columns, %i terms', (rows, columns, terms) => {
    const x = tf.randomNormal([rows, terms], 0, 1, 'float32', 1);
    const weight = tf.randomNormal([columns, terms], 0, 0.3, 'float32', 2) as tf.Tensor2D;
    const bias = tf.randomNormal([columns], 0, 1, 'float32', 3) as tf.Tensor1D;
    for (const approximate of ['tanh', 'none'] as const) {
      const forms = [
        (...[a, b, c]: Inputs) => linearGelu(a, b, c, { approximate }),
        (...[a, b, c]: Inputs) => gelu(linear(a, b, c), { approximate }),
      ];
      const [fused, separate] = forms.map((form) =>
        tf.tidy(() => {
          const gradients = tf.grads((...inputs: tf.Tensor[]) => form(...(inputs as Inputs)))([x, weight, bias]);
          return [form(x, weight, bias), ...gradients].map((result) => result.dataSync());
        }),
      );
      expect(fused).toEqual(separate);
    }
    tf.dispose([x, weight, bias]);
  });
});
