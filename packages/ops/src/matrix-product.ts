import * as tf from '@tensorflow/tfjs';
import { wasmBatchProduct } from './wasm-batch-product.ts';

/** Which side of a product is to be transposed first. */
export interface Transposed {
  readonly a?: boolean | undefined;
  readonly b?: boolean | undefined;
}

/*
 * The stock wasm backend multiplies fast only where neither side is transposed, so there an explicit transpose comes first.
 * Other backends read transposed sides at no cost. Neither function has a gradient worth using: ops bring their own.
 */

/** `a b` for matrices, either side transposed on request. */
export function matrixProduct(a: tf.Tensor2D, b: tf.Tensor2D, transposed: Transposed = {}): tf.Tensor2D {
  if (tf.getBackend() !== 'wasm') return tf.matMul(a, b, transposed.a === true, transposed.b === true);
  const right = transposed.b === true ? tf.transpose(b) : b;
  if (transposed.a !== true) return tf.matMul(a, right);
  // a^T b = (b^T a)^T: transpose whichever is less work, the larger side or the smaller one and the result.
  const resultSize = a.shape[1] * right.shape[1];
  if (a.size > right.size + resultSize) return tf.transpose(tf.matMul(tf.transpose(right), a));
  return tf.matMul(tf.transpose(a), right);
}

/** The sum over the rows of a matrix, `[columns]`. */
export function columnSums(rows: tf.Tensor2D): tf.Tensor1D {
  if (tf.getBackend() !== 'wasm') return tf.sum(rows, 0);
  // On wasm the product with a row of ones is ten times faster than the reduction of the first axis.
  return tf.reshape(tf.matMul(tf.ones([1, rows.shape[0]]), rows), [rows.shape[1]]);
}

/** `a b` for `[count, m, k]` and `[count, k, n]`, one product for each index of the first axis. */
export function batchProduct(a: tf.Tensor3D, b: tf.Tensor3D, transposed: Transposed = {}): tf.Tensor3D {
  if (tf.getBackend() !== 'wasm') return tf.matMul(a, b, transposed.a === true, transposed.b === true);
  const order = [0, 2, 1];
  return wasmBatchProduct(
    transposed.a === true ? tf.transpose(a, order) : a,
    transposed.b === true ? tf.transpose(b, order) : b,
  );
}
