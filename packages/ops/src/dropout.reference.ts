import * as tf from '@tensorflow/tfjs';
import { randomBits } from '@gptloom/core';
import { runOp } from './run-op.ts';

/**
 * The mask of dropout, `[rows, size]`: 0 or `1 / (1 - rate)`. Value i of row b is kept when the top 24 bits of word i of
 * `randomBits(key b)`, over 2^24, are at least `rate`; so a row's mask depends on its key alone.
 */
export function dropoutMask(rate: number, keys: Uint32Array, rows: number, size: number): Float32Array {
  const mask = new Float32Array(rows * size);
  const threshold = rate * 2 ** 24;
  const kept = 1 / (1 - rate);
  for (let row = 0; row < rows; row++) {
    const bits = randomBits([keys[2 * row]!, keys[2 * row + 1]!], size);
    const offset = row * size;
    for (let i = 0; i < size; i++) mask[offset + i] = bits[i]! >>> 8 >= threshold ? kept : 0;
  }
  return mask;
}

/** `dropout` in plain TensorFlow.js ops; the mask is drawn on the host. */
export function dropoutReference(x: tf.Tensor, rate: number, keys: Uint32Array): tf.Tensor {
  const rows = x.shape[0]!;
  return runOp(
    'dropout',
    { x },
    () => {
      const mask = tf.tensor(dropoutMask(rate, keys, rows, x.size / rows), x.shape);
      return { value: tf.mul(x, mask), saved: [mask] };
    },
    (dy, saved) => ({ x: () => tf.mul(dy, saved[0]!) }),
  );
}
