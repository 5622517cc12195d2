import * as tf from '@tensorflow/tfjs';
import type { SimdBackend } from '../simd-backend.ts';
import { broadcastView } from './broadcast-view.ts';
import { dataMovementKernels } from './data-movement.ts';
import { numbersOfChunk, rowsOfChunk, sizeOf, type EngineKernel } from './engine-kernel.ts';
import { runPlainKernel } from './plain-kernel.ts';

/** `swapped`: with the second operand first. */
function binary(name: string, kernel: string, dtype: 'float32' | 'bool' = 'float32', swapped = false): EngineKernel {
  const run: EngineKernel = (call) => {
    const { backend } = call;
    const [a, b] = swapped ? [call.inputs['b'], call.inputs['a']] : [call.inputs['a'], call.inputs['b']];
    if (a!.dtype !== 'float32' || b!.dtype !== 'float32') return runPlainKernel(name, call);
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    const total = sizeOf(shape);
    const view = broadcastView(a!.shape, b!.shape, shape);
    if (total === 0) return runPlainKernel(name, call);
    if (view === undefined) {
      // Other ways to broadcast: both are repeated to the whole shape first.
      const [left, right] = [call.inputs['a']!, call.inputs['b']!].map((x) => repeatTo(backend, x, shape));
      const y = run({ ...call, inputs: { a: left!, b: right! } });
      for (const whole of [left!, right!]) backend.disposeIntermediateTensorInfo(whole);
      return y;
    }
    const { columns } = view;
    const y = backend.allocate(shape, dtype);
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
  return run;
}

/** A tensor with its axes of one number repeated. */
function repeatTo(backend: SimdBackend, x: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
  const own = [...shape.slice(x.shape.length).map(() => 1), ...x.shape];
  const reps = shape.map((extent, i) => (own[i] === extent ? 1 : extent));
  return dataMovementKernels[tf.Tile]!({
    inputs: { x: { ...x, shape: own } },
    backend,
    attributes: { reps },
  }) as tf.TensorInfo;
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

const comparisons: Readonly<Record<string, readonly [kernel: string, swapped: boolean]>> = {
  [tf.Equal]: ['equal', false],
  [tf.NotEqual]: ['different', false],
  [tf.Greater]: ['greater', false],
  [tf.GreaterEqual]: ['greaterOrEqual', false],
  [tf.Less]: ['greater', true],
  [tf.LessEqual]: ['greaterOrEqual', true],
};

/** With another slope left of 0 than the gradient of relu has, it is the plain kernel's. */
const step: EngineKernel = (call) =>
  (call.attributes as { readonly alpha: number }).alpha === 0
    ? unary(tf.Step, 'stepOf')(call)
    : runPlainKernel(tf.Step, call);

const addN: EngineKernel = (call) => {
  const { backend } = call;
  const [first, ...others] = Object.values(call.inputs);
  const { shape, dtype } = first!;
  if (others.some((other) => other.dtype !== 'float32') || dtype !== 'float32' || others.length === 0) {
    return runPlainKernel(tf.AddN, call);
  }
  const y = backend.allocate(shape);
  const [total, columns, out] = [sizeOf(shape), 8192, backend.pointer(y)];
  let sum = backend.pointer(first!);
  for (const other of others) {
    const values = [sum, columns, 1, backend.pointer(other), columns, 1, out, columns, total];
    backend.engine.run('addition', values, Math.ceil(total / columns), rowsOfChunk(columns));
    sum = out;
  }
  return y;
};

const unaries: Readonly<Record<string, string>> = {
  [tf.Exp]: 'exponentialOf',
  [tf.Log]: 'logarithmOf',
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

/** Arithmetic, comparisons and functions of single numbers, as TensorFlow.js asks for them. */
export const elementwiseKernels: Readonly<Record<string, EngineKernel>> = {
  ...Object.fromEntries(Object.entries(binaries).map(([name, kernel]) => [name, binary(name, kernel)])),
  ...Object.fromEntries(
    Object.entries(comparisons).map(([name, [kernel, swapped]]) => [name, binary(name, kernel, 'bool', swapped)]),
  ),
  [tf.Step]: step,
  [tf.AddN]: addN,
  ...Object.fromEntries(Object.entries(unaries).map(([name, kernel]) => [name, unary(name, kernel)])),
};
