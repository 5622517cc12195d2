import * as tf from '@tensorflow/tfjs';

/** Which side of a product is to be transposed first. */
export interface Transposed {
  readonly a?: boolean | undefined;
  readonly b?: boolean | undefined;
}

const swap = (tensor: tf.Tensor2D): tf.Tensor2D => tf.transpose(tensor);

/** `a b` for matrices, either side transposed on request. Has no gradient worth using: ops bring their own. */
export function matrixProduct(a: tf.Tensor2D, b: tf.Tensor2D, transposed: Transposed = {}): tf.Tensor2D {
  if (tf.getBackend() !== 'wasm') return tf.matMul(a, b, transposed.a === true, transposed.b === true);
  return tf.matMul(transposed.a === true ? swap(a) : a, transposed.b === true ? swap(b) : b);
}

/** `a b` for `[count, m, k]` and `[count, k, n]`, one product for each index of the first axis. */
export function batchProduct(a: tf.Tensor3D, b: tf.Tensor3D, transposed: Transposed = {}): tf.Tensor3D {
  return tf.matMul(a, b, transposed.a === true, transposed.b === true);
}
