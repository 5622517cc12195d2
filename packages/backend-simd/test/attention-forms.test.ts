import * as tf from '@tensorflow/tfjs';
import * as ops from '@gptloom/ops';
import { loadSimdBackend, type LoadedSimdBackend } from '@gptloom/backend-simd';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const [rows, time, heads, headDim] = [12, 100, 4, 20];
const shape: [number, number, number, number] = [rows, time, heads, headDim];
const wave = (frequency: number): tf.Tensor4D =>
  tf.tidy(() =>
    tf
      .range(0, rows * time * heads * headDim)
      .mul(frequency)
      .sin()
      .reshape<tf.Rank.R4>(shape),
  );

describe('attention on simd', () => {
  let engine: LoadedSimdBackend;
  beforeAll(async () => {
    engine = await loadSimdBackend({ threads: 2 });
    await tf.setBackend('simd');
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
    engine.dispose();
  });

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
});
