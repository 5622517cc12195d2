import * as tf from '@tensorflow/tfjs';
import { hasKernels, runKernel } from './has-kernels.ts';
import { squareSumKernel } from './kernels.ts';

/**
 * The sum of the squares of all numbers of some tensors: the square of their global norm. Has no gradient.
 *
 * @param tensors float32 of any shapes; none give 0
 * @returns a float32 scalar; the caller disposes it
 */
export function squareSum(tensors: readonly tf.Tensor[]): tf.Scalar {
  if (tensors.length === 0) return tf.scalar(0);
  if (hasKernels(squareSumKernel, [])) {
    return runKernel(squareSumKernel, Object.fromEntries(tensors.map((x, i) => [`x${i}`, x])))[0] as tf.Scalar;
  }
  // Not `tf.addN`: on WebGPU it binds a buffer for each tensor, and 8 are all that a shader has.
  return tf.tidy(() => tf.sum(tf.stack(tensors.map((x) => tf.sum(tf.square(x))))));
}
