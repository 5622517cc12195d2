import * as tf from '@tensorflow/tfjs';
import type { SimdBackend } from '../simd-backend.ts';
import { dataMovementKernels } from './data-movement.ts';
import { rowsOf, rowsOfChunk, sizeOf, type EngineKernel, type KernelCall } from './engine-kernel.ts';
import { runPlainKernel } from './plain-kernel.ts';

interface ReductionAttributes {
  readonly axis: number | readonly number[];
  readonly keepDims?: boolean;
}

interface Reduction {
  readonly shape: readonly number[];
  /** The last axes are reduced: `rows` times `columns` numbers. Else the first: sums go down. */
  readonly last: boolean;
  readonly rows: number;
  readonly columns: number;
}

/** What is reduced, where it is the first or the last axes of a float32 tensor with numbers in it. */
function reductionOf({ inputs: { x }, attributes }: KernelCall): Reduction | undefined {
  const { axis, keepDims } = attributes as ReductionAttributes;
  const { shape, dtype } = x!;
  if (dtype !== 'float32' || sizeOf(shape) === 0) return undefined;
  const axes = tf.util.parseAxisParam(axis as number | number[], shape);
  const reduced = shape.map((_, i) => axes.includes(i));
  const kept = shape.filter((_, i) => !reduced[i]);
  const result = keepDims === true ? shape.map((extent, i) => (reduced[i] === true ? 1 : extent)) : kept;
  // Axes of one number may count as either.
  const wide = shape.map((extent, i) => [extent, reduced[i]!] as const).filter(([extent]) => extent !== 1);
  const firstReduced = wide.findIndex(([, gone]) => gone);
  const firstKept = wide.findIndex(([, gone]) => !gone);
  const inner = sizeOf(shape) / sizeOf(kept);
  if (firstReduced < 0 || wide.slice(firstReduced).every(([, gone]) => gone)) {
    return { shape: result, last: true, rows: sizeOf(kept), columns: inner };
  }
  if (wide.slice(firstKept).every(([, gone]) => !gone)) {
    return { shape: result, last: false, rows: inner, columns: sizeOf(kept) };
  }
  return undefined;
}

/** Numbers that one thread adds up where all are added. */
const partSize = 16_384;

function sumRows(backend: SimdBackend, x: number, y: number, rows: number, columns: number, factor: number): void {
  const { engine } = backend;
  const total = rows * columns;
  if (rows > 1 || columns <= partSize) {
    engine.run('rowSums', [x, columns, total, factor, y], rows, rowsOfChunk(columns));
    return;
  }
  const parts = Math.ceil(columns / partSize);
  const bytes = 4 * parts;
  const pointer = engine.pool.allocate(bytes);
  engine.run('rowSums', [x, partSize, total, 1, pointer], parts, 1);
  sumRows(backend, pointer, y, 1, parts, factor);
  engine.pool.release(pointer, bytes);
}

/** Moves the reduced axes behind the others and reduces there. */
function reduceMoved(name: string, call: KernelCall, axisName: string, reduce: EngineKernel): tf.TensorInfo {
  const { inputs, backend } = call;
  const { shape, dtype } = inputs['x']!;
  if (dtype !== 'float32' || sizeOf(shape) === 0) return runPlainKernel(name, call);
  const { [axisName]: axis, keepDims } = call.attributes as Readonly<Record<string, number | number[] | boolean>>;
  const axes = tf.util.parseAxisParam(axis as number | number[], shape);
  const kept = shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const moved = dataMovementKernels[tf.Transpose]!({
    inputs: { x: inputs['x']! },
    backend,
    attributes: { perm: [...kept, ...axes] },
  }) as tf.TensorInfo;
  const last = axes.map((_, i) => kept.length + i);
  const y = reduce({ inputs: { x: moved }, backend, attributes: { [axisName]: last } }) as tf.TensorInfo;
  backend.disposeIntermediateTensorInfo(moved);
  if (keepDims !== true) return y;
  return { ...y, shape: shape.map((extent, i) => (axes.includes(i) ? 1 : extent)) };
}

function sumOrMean(name: string, mean: boolean): EngineKernel {
  const kernel: EngineKernel = (call) => {
    const { inputs, backend } = call;
    const reduction = reductionOf(call);
    if (reduction === undefined || (mean && !reduction.last)) return reduceMoved(name, call, 'axis', kernel);
    const { shape, last, rows, columns } = reduction;
    const y = backend.allocate(shape);
    const [from, to] = [backend.pointer(inputs['x']!), backend.pointer(y)];
    if (last) sumRows(backend, from, to, rows, columns, mean ? 1 / columns : 1);
    else {
      const items = Math.ceil(columns / 32);
      backend.engine.run('columnSums', [rows, columns, from, to], items, rows * columns < 20_000 ? items : 1);
    }
    return y;
  };
  return kernel;
}

const max: EngineKernel = (call) => {
  const { inputs, backend } = call;
  const reduction = reductionOf({
    ...call,
    attributes: { ...call.attributes, axis: (call.attributes as { reductionIndices: number[] }).reductionIndices },
  });
  if (reduction?.last !== true) return reduceMoved(tf.Max, call, 'reductionIndices', max);
  const { shape, rows, columns } = reduction;
  const y = backend.allocate(shape);
  const values = [backend.pointer(inputs['x']!), columns, backend.pointer(y)];
  backend.engine.run('rowMaxima', values, rows, rowsOfChunk(columns));
  return y;
};

const softmax: EngineKernel = (call) => {
  const { backend, attributes } = call;
  const { logits } = call.inputs;
  const { shape, dtype } = logits!;
  const { dim } = attributes as { readonly dim: number };
  const columns = shape.at(-1) ?? 0;
  if (dtype !== 'float32' || columns === 0 || (dim !== -1 && dim !== shape.length - 1)) {
    return runPlainKernel(tf.Softmax, call);
  }
  const y = backend.allocate(shape);
  const values = [backend.pointer(logits!), columns, backend.pointer(y)];
  backend.engine.run('softmax', values, rowsOf(shape), rowsOfChunk(4 * columns));
  return y;
};

/** Sums, means and maxima of axes, and softmax. */
export const reductionKernels: Readonly<Record<string, EngineKernel>> = {
  [tf.Sum]: sumOrMean(tf.Sum, false),
  [tf.Mean]: sumOrMean(tf.Mean, true),
  [tf.Max]: max,
  [tf.Softmax]: softmax,
};
