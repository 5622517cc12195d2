import * as tf from '@tensorflow/tfjs';
import { broadcastView } from './broadcast-view.ts';
import { numbersOfChunk, rowsOfChunk, sizeOf, type EngineKernel } from './engine-kernel.ts';
import { runPlainKernel } from './plain-kernel.ts';

function binary(name: string, kernel: string): EngineKernel {
  return (call) => {
    const { backend } = call;
    const { a, b } = call.inputs;
    if (a!.dtype !== 'float32' || b!.dtype !== 'float32') return runPlainKernel(name, call);
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    const total = sizeOf(shape);
    const view = broadcastView(a!.shape, b!.shape, shape);
    if (view === undefined || total === 0) return runPlainKernel(name, call);
    const { columns } = view;
    const y = backend.allocate(shape);
    backend.engine.run(
      kernel,
      [
        ...[backend.pointer(a!), view.a.row, view.a.step, backend.pointer(b!), view.b.row, view.b.step],
        ...[backend.pointer(y), columns, total],
      ],
      Math.ceil(total / columns),
      rowsOfChunk(columns),
    );
    return y;
  };
}

function unary(name: string, kernel: string): EngineKernel {
  return (call) => {
    const { backend } = call;
    const { x } = call.inputs;
    if (x!.dtype !== 'float32') return runPlainKernel(name, call);
    const y = backend.allocate(x!.shape);
    backend.engine.run(kernel, [backend.pointer(x!), backend.pointer(y)], sizeOf(x!.shape), numbersOfChunk);
    return y;
  };
}

const binaries: Readonly<Record<string, string>> = {
  [tf.Add]: 'addition',
  [tf.Sub]: 'subtraction',
  [tf.Multiply]: 'multiplication',
  [tf.RealDiv]: 'division',
  [tf.Maximum]: 'maximum',
  [tf.Minimum]: 'minimum',
  [tf.SquaredDifference]: 'squaredDifferences',
};

const unaries: Readonly<Record<string, string>> = {
  [tf.Exp]: 'exponentialOf',
  [tf.Sigmoid]: 'sigmoidOf',
  [tf.Tanh]: 'tanhOf',
  [tf.Square]: 'squareOf',
  [tf.Sqrt]: 'squareRootOf',
  [tf.Rsqrt]: 'reciprocalRootOf',
  [tf.Relu]: 'rectifierOf',
  [tf.Neg]: 'negativeOf',
  [tf.Abs]: 'absoluteOf',
  [tf.Reciprocal]: 'reciprocalOf',
};

/** Arithmetic and functions of single numbers, as TensorFlow.js asks for them. */
export const elementwiseKernels: Readonly<Record<string, EngineKernel>> = {
  ...Object.fromEntries(Object.entries(binaries).map(([name, kernel]) => [name, binary(name, kernel)])),
  ...Object.fromEntries(Object.entries(unaries).map(([name, kernel]) => [name, unary(name, kernel)])),
};
