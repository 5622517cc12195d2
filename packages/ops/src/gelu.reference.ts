import * as tf from '@tensorflow/tfjs';
import { runOp } from './run-op.ts';

const cubic = 0.044715;
const rootTwoOverPi = Math.sqrt(2 / Math.PI);

/** `gelu` in plain TensorFlow.js ops, with the gradient in few of them. */
export function geluReference(x: tf.Tensor, approximate: 'tanh' | 'none'): tf.Tensor {
  return approximate === 'tanh' ? geluTanh(x) : geluExact(x);
}

function geluTanh(x: tf.Tensor): tf.Tensor {
  // With u = sqrt(2 / pi) (x + 0.044715 x^3), (1 + tanh u) / 2 is sigmoid(2 u): y = x sigmoid(x (a + b x^2)).
  const a = 2 * rootTwoOverPi;
  const b = a * cubic;
  return runOp(
    'gelu',
    { x },
    () => {
      const gate = tf.sigmoid(tf.mul(x, tf.add(tf.mul(tf.square(x), b), a)));
      return { value: tf.mul(x, gate), saved: [x, gate] };
    },
    (dy, saved) => ({
      x: () => {
        // y' = g + x g' with g' = g (1 - g) (a + 3 b x^2), that is g + y (1 - g) (a + 3 b x^2).
        const [input, gate] = saved as [tf.Tensor, tf.Tensor];
        const slope = tf.mul(input, tf.add(tf.mul(tf.square(input), 3 * b), a));
        return tf.mul(dy, tf.mul(gate, tf.add(tf.mul(slope, tf.sub(1, gate)), 1)));
      },
    }),
  );
}

function geluExact(x: tf.Tensor): tf.Tensor {
  return runOp(
    'gelu',
    { x },
    () => {
      const gate = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
      return { value: tf.mul(x, gate), saved: [x, gate] };
    },
    (dy, saved) => ({
      x: () => {
        const [input, gate] = saved as [tf.Tensor, tf.Tensor];
        const density = tf.mul(tf.exp(tf.mul(tf.square(input), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.mul(dy, tf.add(gate, tf.mul(input, density)));
      },
    }),
  );
}
