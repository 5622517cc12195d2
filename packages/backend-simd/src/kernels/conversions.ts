import * as tf from '@tensorflow/tfjs';
import { numbersOfChunk, sizeOf, type EngineKernel } from './engine-kernel.ts';
import { runPlainKernel } from './plain-kernel.ts';

const casts: Readonly<Record<string, string>> = {
  'int32 float32': 'integersToFloats',
  'bool float32': 'truthsToFloats',
  'bool int32': 'truthsToIntegers',
};

/**
 * TensorFlow.js's plain cast from int32 to float32 gives the same array another name, which the engine, whose kernels see bytes,
 * would read as garbage.
 */
const cast: EngineKernel = (call) => {
  const { backend, attributes } = call;
  const { x } = call.inputs;
  const { dtype } = attributes as { readonly dtype: 'float32' | 'int32' };
  const kernel = casts[`${x!.dtype} ${dtype}`];
  if (kernel === undefined) return runPlainKernel(tf.Cast, call);
  const y = backend.allocate(x!.shape, dtype);
  backend.engine.run(kernel, [backend.pointer(x!), backend.pointer(y)], sizeOf(x!.shape), numbersOfChunk);
  return y;
};

const logicalNot: EngineKernel = ({ inputs: { x }, backend }) => {
  const y = backend.allocate(x!.shape, 'bool');
  backend.engine.run('negationOf', [backend.pointer(x!), backend.pointer(y)], sizeOf(x!.shape), numbersOfChunk);
  return y;
};

const select: EngineKernel = (call) => {
  const { backend } = call;
  const { condition, t, e } = call.inputs;
  const dtype = t!.dtype;
  const alike = condition!.shape.join() === t!.shape.join() && e!.shape.join() === t!.shape.join();
  if (!alike || condition!.dtype !== 'bool' || e!.dtype !== dtype || (dtype !== 'float32' && dtype !== 'int32')) {
    return runPlainKernel(tf.Select, call);
  }
  const y = backend.allocate(t!.shape, dtype);
  const pointers = [condition!, t!, e!, y].map((info) => backend.pointer(info));
  backend.engine.run('choice', pointers, sizeOf(t!.shape), numbersOfChunk);
  return y;
};

/** Casts and choices, as TensorFlow.js asks for them. */
export const conversionKernels: Readonly<Record<string, EngineKernel>> = {
  [tf.Cast]: cast,
  [tf.LogicalNot]: logicalNot,
  [tf.Select]: select,
};
