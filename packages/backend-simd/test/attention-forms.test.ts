import * as tf from '@tensorflow/tfjs';
import * as ops from '@gptloom/ops';
import { describe, expect, it } from 'vitest';
import { onSimd } from './on-simd.ts';

const [rows, time, heads, headDim] = [12, 100, 4, 20];
const shape: [number, number, number, number] = [rows, time, heads, headDim];
const wave = (frequency: number): tf.Tensor4D =>
  tf.tidy(() => tf.reshape(tf.sin(tf.mul(tf.range(0, rows * time * heads * headDim), frequency)), shape));

describe('attention on simd', () => {
  onSimd();

  it('gives a row the same numbers alone, where blocks of queries are shared out, and among rows, where heads are', () => {
    const names = ['query', 'key', 'value', 'dy'];
    const all = names.map((_, i) => wave(0.7 + 0.31 * i));
    const attend = ([query, key, value, dy]: readonly tf.Tensor4D[]): readonly tf.Tensor[] => {
      const loss = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Scalar =>
        ops
          .attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, { softCap: 3 })
          .mul(dy!)
          .sum();
      return [ops.attention(query!, key!, value!, { softCap: 3 }), ...tf.grads(loss)([query!, key!, value!])];
    };
    const together = attend(all);
    for (const row of [0, rows - 1]) {
      const alone = attend(all.map((tensor) => tf.slice(tensor, [row, 0, 0, 0], [1, -1, -1, -1])));
      alone.forEach((tensor, i) => {
        const own = tf.slice(together[i]!, [row, 0, 0, 0], [1, -1, -1, -1]);
        expect(tensor.dataSync(), `${['y', ...names][i]} of row ${row}`).toEqual(own.dataSync());
      });
    }
  });

  it('sees everything through windows wider than its numbers of positions', () => {
    const [query, key, value] = [0, 1, 2].map((i) => tf.slice(wave(0.3 + i), [0, 0, 0, 0], [1, 6, -1, -1]));
    for (const causal of [true, false]) {
      const all = ops.attention(query!, key!, value!, { causal }).dataSync();
      for (const window of [2 ** 31 - 1, 2 ** 32 + 1]) {
        expect(ops.attention(query!, key!, value!, { causal, window }).dataSync()).toEqual(all);
      }
    }
  });
});
