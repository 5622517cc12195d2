import * as tf from '@tensorflow/tfjs';
import { columnSums } from './matrix-product.ts';
import { runOp } from './run-op.ts';

/** `rmsNorm` in plain TensorFlow.js ops, with the gradient in few of them. */
export function rmsNormReference(x: tf.Tensor, weight: tf.Tensor1D, eps: number): tf.Tensor {
  const dim = weight.shape[0];
  return runOp(
    'rmsNorm',
    { x, weight },
    () => {
      const rows = tf.reshape(x, [-1, dim]);
      const reciprocalRms = tf.rsqrt(tf.add(tf.mean(tf.square(rows), 1, true), eps));
      const normalized = tf.mul(rows, reciprocalRms);
      return { value: tf.reshape(tf.mul(normalized, weight), x.shape), saved: [normalized, reciprocalRms, weight] };
    },
    (dy, saved) => {
      const [normalized, reciprocalRms, scale] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
      const rows = tf.reshape(dy, [-1, dim]) as tf.Tensor2D;
      return {
        x: () => {
          const g = tf.mul(rows, scale);
          const along = tf.mul(normalized, tf.mean(tf.mul(g, normalized), 1, true));
          return tf.reshape(tf.mul(tf.sub(g, along), reciprocalRms), x.shape);
        },
        weight: () => columnSums(tf.mul(rows, normalized)),
      };
    },
  );
}
