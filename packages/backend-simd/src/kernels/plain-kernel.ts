import * as tf from '@tensorflow/tfjs';
import type { KernelCall } from './engine-kernel.ts';

/** Runs a kernel of the plain JavaScript backend: for dtypes and shapes that the engine does not serve. */
export function runPlainKernel(name: string, { inputs, backend, attributes }: KernelCall): tf.TensorInfo {
  const { kernelFunc } = tf.getKernel(name, 'cpu');
  const attrs = attributes as tf.NamedAttrMap;
  return kernelFunc({ inputs: inputs as tf.NamedTensorInfoMap, backend, attrs }) as tf.TensorInfo;
}
