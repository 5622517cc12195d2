import * as tf from '@tensorflow/tfjs';
import { columnSums } from './matrix-product.ts';
import { runOp } from './run-op.ts';

/** `layerNorm` in plain TensorFlow.js ops, with the gradient in few of them. */
export function layerNormReference(
  x: tf.Tensor,
  weight: tf.Tensor1D,
  bias: tf.Tensor1D | undefined,
  eps: number,
): tf.Tensor {
  const dim = weight.shape[0];
  return runOp(
    'layerNorm',
    { x, weight, bias },
    () => {
      const rows = tf.reshape(x, [-1, dim]);
      const centered = tf.sub(rows, tf.mean(rows, 1, true));
      const reciprocalStd = tf.rsqrt(tf.add(tf.mean(tf.square(centered), 1, true), eps));
      const normalized = tf.mul(centered, reciprocalStd);
      const scaled = tf.mul(normalized, weight);
      const y = bias === undefined ? scaled : tf.add(scaled, bias);
      return { value: tf.reshape(y, x.shape), saved: [normalized, reciprocalStd, weight] };
    },
    (dy, saved) => {
      const [normalized, reciprocalStd, scale] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
      const rows = tf.reshape(dy, [-1, dim]) as tf.Tensor2D;
      return {
        x: () => {
          const g = tf.mul(rows, scale);
          const along = tf.mul(normalized, tf.mean(tf.mul(g, normalized), 1, true));
          const across = tf.sub(tf.sub(g, tf.mean(g, 1, true)), along);
          return tf.reshape(tf.mul(across, reciprocalStd), x.shape);
        },
        weight: () => columnSums(tf.mul(rows, normalized)),
        bias: () => columnSums(rows),
      };
    },
  );
}
