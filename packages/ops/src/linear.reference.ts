import * as tf from '@tensorflow/tfjs';
import { columnSums, matrixProduct } from './matrix-product.ts';
import { runOp } from './run-op.ts';

const flatten = (tensor: tf.Tensor): tf.Tensor2D => tf.reshape(tensor, [-1, tensor.shape[tensor.rank - 1]!]);

/** `linear` in plain TensorFlow.js ops, two-dimensional throughout: a broadcast `matMul` has a wrong gradient. */
export function linearReference(
  x: tf.Tensor,
  weight: tf.Tensor2D,
  bias?: tf.Tensor1D,
  residual?: tf.Tensor,
): tf.Tensor {
  return runOp(
    'linear',
    { x, weight, bias, residual },
    () => {
      const product = matrixProduct(flatten(x), weight, { b: true });
      const y = bias === undefined ? product : tf.add(product, bias);
      const shaped = tf.reshape(y, [...x.shape.slice(0, -1), weight.shape[0]]);
      return { value: residual === undefined ? shaped : tf.add(residual, shaped), saved: [x, weight] };
    },
    (dy, saved) => ({
      x: () => tf.reshape(matrixProduct(flatten(dy), saved[1] as tf.Tensor2D), x.shape),
      weight: () => matrixProduct(flatten(dy), flatten(saved[0]!), { a: true }),
      bias: () => columnSums(flatten(dy)),
      residual: () => tf.clone(dy),
    }),
  );
}
