import * as tf from '@tensorflow/tfjs';
import type { SimdBackend } from '../simd-backend.ts';
import { numbersOfChunk, sizeOf, type EngineKernel } from './engine-kernel.ts';
import { runPlainKernel } from './plain-kernel.ts';

function filled(backend: SimdBackend, shape: readonly number[], value: number): tf.TensorInfo {
  const y = backend.allocate(shape);
  backend.engine.run('fill', [backend.pointer(y), value], sizeOf(shape), 4 * numbersOfChunk);
  return y;
}

/** Tensors of one number like a given one: written by all threads, where plain JavaScript makes an array to be copied. */
function like(name: string, value: number): EngineKernel {
  return (call) => {
    const { dtype, shape } = call.inputs['x']!;
    return dtype === 'float32' ? filled(call.backend, shape, value) : runPlainKernel(name, call);
  };
}

/** Zeros and ones in the shape of another tensor. */
export const fillKernels: Readonly<Record<string, EngineKernel>> = {
  [tf.ZerosLike]: like(tf.ZerosLike, 0),
  [tf.OnesLike]: like(tf.OnesLike, 1),
};
