import * as tf from '@tensorflow/tfjs';
import { runOp } from './run-op.ts';

/** `swiglu` in plain TensorFlow.js ops, with the gradient in few of them. */
export function swigluReference(gate: tf.Tensor, up: tf.Tensor): tf.Tensor {
  return runOp(
    'swiglu',
    { gate, up },
    () => {
      const share = tf.sigmoid(gate);
      const silu = tf.mul(gate, share);
      return { value: tf.mul(silu, up), saved: [up, share, silu] };
    },
    (dy, saved) => {
      const [factor, share, silu] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      return {
        // silu' = s + g s (1 - s) = s + silu (1 - s).
        gate: () => tf.mul(tf.mul(dy, factor), tf.add(share, tf.mul(silu, tf.sub(1, share)))),
        up: () => tf.mul(dy, silu),
      };
    },
  );
}
