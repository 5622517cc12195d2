import * as tf from '@tensorflow/tfjs';
import type { HeldType, SimdBackend } from '../simd-backend.ts';
import { sumRowsById } from './embedding.ts';
import { numbersOfChunk, rowsOfChunk, sizeOf, type EngineKernel } from './engine-kernel.ts';
import { runPlainKernel } from './plain-kernel.ts';

/** Blocks of `size` numbers, `inner` of them beside each other and `outer` such groups; strides count numbers. */
interface BlockCopy {
  readonly x: number;
  readonly xInner: number;
  readonly xOuter: number;
  readonly y: number;
  readonly yInner: number;
  readonly yOuter: number;
  readonly inner: number;
  readonly outer: number;
  readonly size: number;
}

/** `unit`: bytes of one number. */
function copyBlocks(backend: SimdBackend, copy: BlockCopy, unit: number): void {
  const { x, xInner, xOuter, y, yInner, yOuter, inner, outer, size } = copy;
  if (size === 0) return;
  const values = [x, unit * xInner, unit * xOuter, y, unit * yInner, unit * yOuter, inner, unit * size];
  backend.engine.run('copyBlocks', values, inner * outer, rowsOfChunk(size));
}

const held = (dtype: string): dtype is HeldType => dtype === 'float32' || dtype === 'int32' || dtype === 'bool';

/** Bytes of one number. */
const unitOf = (dtype: HeldType): number => (dtype === 'bool' ? 1 : 4);

const splitV: EngineKernel = (call) => {
  const { backend, attributes } = call;
  const { x } = call.inputs;
  const { dtype, shape } = x!;
  if (!held(dtype)) return runPlainKernel(tf.SplitV, call);
  const { numOrSizeSplits, axis } = attributes as { numOrSizeSplits: number[] | number; axis: number };
  const along = tf.util.parseAxisParam(axis, shape)[0]!;
  const sizes = tf.backend_util.prepareSplitSize({ shape } as tf.Tensor, numOrSizeSplits, along);
  const inner = sizeOf(shape.slice(along + 1));
  const outer = sizeOf(shape.slice(0, along));
  const unit = unitOf(dtype);
  let offset = 0;
  return sizes.map((extent) => {
    const part = backend.allocate(
      shape.map((whole, i) => (i === along ? extent : whole)),
      dtype,
    );
    const size = extent * inner;
    const copy = {
      ...{ x: backend.pointer(x!) + unit * offset, xInner: 0, xOuter: shape[along]! * inner },
      ...{ y: backend.pointer(part), yInner: 0, yOuter: size, inner: 1, outer, size },
    };
    copyBlocks(backend, copy, unit);
    offset += size;
    return part;
  });
};

const concat: EngineKernel = (call) => {
  const { backend, attributes } = call;
  const inputs = Object.values(call.inputs);
  const { dtype, shape } = inputs[0]!;
  if (!held(dtype) || inputs.some((input) => input.dtype !== dtype)) return runPlainConcat(call);
  const along = tf.util.parseAxisParam((attributes as { axis: number }).axis, shape)[0]!;
  tf.backend_util.assertParamsConsistent(
    inputs.map((input) => input.shape),
    along,
  );
  const y = backend.allocate(
    tf.backend_util.computeOutShape(
      inputs.map((input) => input.shape),
      along,
    ),
    dtype,
  );
  const inner = sizeOf(shape.slice(along + 1));
  const outer = sizeOf(shape.slice(0, along));
  const yOuter = y.shape[along]! * inner;
  const unit = unitOf(dtype);
  let offset = 0;
  for (const input of inputs) {
    const size = input.shape[along]! * inner;
    const copy = {
      ...{ x: backend.pointer(input), xInner: 0, xOuter: size },
      ...{ y: backend.pointer(y) + unit * offset, yInner: 0, yOuter, inner: 1, outer, size },
    };
    copyBlocks(backend, copy, unit);
    offset += size;
  }
  return y;
};

// TensorFlow.js gives the tensors of a concat as an array.
const runPlainConcat: EngineKernel = (call) => runPlainKernel(tf.Concat, call);

/** Where a part of a tensor lies, in numbers: blocks of `block`, beside each other along `near`, then along `far`. */
interface PartView {
  readonly offset: number;
  readonly block: number;
  readonly near: { readonly count: number; readonly stride: number };
  readonly far: { readonly count: number; readonly stride: number };
}

/**
 * The part of a tensor that begins at `starts` and has `sizes`, going `steps` along each axis, back where negative. Undefined where
 * it is cut along too many axes.
 */
function partOf(
  shape: readonly number[],
  starts: readonly number[],
  sizes: readonly number[],
  steps?: readonly number[],
): PartView | undefined {
  // Axes that are whole join the one before: what is left are the axes that are cut, each with its stride.
  const axes: { count: number; stride: number }[] = [];
  let block = 1;
  let stride = 1;
  let offset = 0;
  for (let i = shape.length - 1; i >= 0; i--) {
    const [start, count, whole] = [starts[i]!, sizes[i]!, shape[i]!];
    const pace = stride * (steps?.[i] ?? 1);
    offset += start * stride;
    const outermost = axes.at(-1);
    if (outermost === undefined && pace === block) block *= count;
    else if (outermost !== undefined && outermost.stride * outermost.count === pace) outermost.count *= count;
    else if (count !== 1) axes.push({ count, stride: pace });
    stride *= whole;
  }
  if (axes.length > 2) return undefined;
  const [near = { count: 1, stride: 0 }, far = { count: 1, stride: 0 }] = axes;
  return { offset, block, near, far };
}

const slice: EngineKernel = (call) => {
  const { backend, attributes } = call;
  const { x } = call.inputs;
  const { dtype, shape } = x!;
  if (!held(dtype)) return runPlainKernel(tf.Slice, call);
  const { begin, size } = attributes as { begin: number | number[]; size: number | number[] };
  const [starts, sizes] = tf.slice_util.parseSliceParams({ shape } as tf.TensorInfo, begin, size);
  tf.slice_util.assertParamsValid({ shape } as tf.TensorInfo, starts!, sizes!);
  return copyPart(backend, x!, dtype, partOf(shape, starts!, sizes!), sizes!) ?? runPlainKernel(tf.Slice, call);
};

/** A part of a tensor as one of its own. */
function copyPart(
  backend: SimdBackend,
  x: tf.TensorInfo,
  dtype: HeldType,
  part: PartView | undefined,
  shape: readonly number[],
): tf.TensorInfo | undefined {
  if (part === undefined) return undefined;
  const { offset, block, near, far } = part;
  const y = backend.allocate(shape, dtype);
  const unit = unitOf(dtype);
  const copy = {
    ...{ x: backend.pointer(x) + unit * offset, xInner: near.stride, xOuter: far.stride },
    ...{ y: backend.pointer(y), yInner: block, yOuter: near.count * block },
    ...{ inner: near.count, outer: far.count, size: block },
  };
  copyBlocks(backend, copy, unit);
  return y;
}

interface StridedSliceAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

const stridedSlice: EngineKernel = (call) => {
  const { x } = call.inputs;
  const { shape, dtype } = x!;
  const { begin, end, strides, ...masks } = call.attributes as StridedSliceAttributes;
  const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = masks;
  const wanted = tf.slice_util.sliceInfo(
    ...([shape, begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const),
  );
  if (!held(dtype) || wanted.isIdentity) return runPlainKernel(tf.StridedSlice, call);
  const sizes = tf.slice_util.computeOutShape(wanted.begin, wanted.end, wanted.strides);
  const part = partOf(shape, wanted.begin, sizes, wanted.strides);
  return copyPart(call.backend, x!, dtype, part, wanted.finalShape) ?? runPlainKernel(tf.StridedSlice, call);
};

const reverse: EngineKernel = (call) => {
  const { x } = call.inputs;
  const { shape, dtype } = x!;
  const axes = tf.util.parseAxisParam((call.attributes as { readonly dims: number[] }).dims, shape);
  if (!held(dtype)) return runPlainKernel(tf.Reverse, call);
  const starts = shape.map((extent, i) => (axes.includes(i) ? extent - 1 : 0));
  const steps = shape.map((_, i) => (axes.includes(i) ? -1 : 1));
  const part = partOf(shape, starts, shape, steps);
  return copyPart(call.backend, x!, dtype, part, shape) ?? runPlainKernel(tf.Reverse, call);
};

const pad: EngineKernel = (call) => {
  const { backend, attributes } = call;
  const { x } = call.inputs;
  const { dtype, shape } = x!;
  const { paddings, constantValue } = attributes as { paddings: [number, number][]; constantValue: number };
  const padded = shape.map((extent, i) => paddings[i]![0] + extent + paddings[i]![1]);
  const starts = paddings.map(([before]) => before);
  const part = partOf(padded, starts, shape);
  if (dtype !== 'float32' || part === undefined) return runPlainKernel(tf.PadV2, call);
  const { offset, block, near, far } = part;
  const y = backend.allocate(padded);
  backend.engine.run('fill', [backend.pointer(y), constantValue], sizeOf(padded), 4 * numbersOfChunk);
  const copy = {
    ...{ x: backend.pointer(x!), xInner: block, xOuter: near.count * block },
    ...{ y: backend.pointer(y) + 4 * offset, yInner: near.stride, yOuter: far.stride },
    ...{ inner: near.count, outer: far.count, size: block },
  };
  copyBlocks(backend, copy, 4);
  return y;
};

const tile: EngineKernel = (call) => {
  const { backend, attributes } = call;
  const { x } = call.inputs;
  const { dtype, shape } = x!;
  const { reps } = attributes as { readonly reps: readonly number[] };
  if (!held(dtype) || reps.length !== shape.length) return runPlainKernel(tf.Tile, call);
  const unit = unitOf(dtype);
  const repeated = shape.map((_, axis) => axis).filter((axis) => reps[axis] !== 1);
  let whole = x!;
  // Axis by axis, from the last: what is repeated is a block that lies in one piece.
  for (const axis of repeated.length === 0 ? [0] : repeated.reverse()) {
    const times = reps[axis] ?? 1;
    const size = sizeOf(whole.shape.slice(axis));
    const outer = sizeOf(whole.shape.slice(0, axis));
    const y = backend.allocate(
      whole.shape.map((extent, i) => (i === axis ? extent * times : extent)),
      dtype,
    );
    const copy = {
      ...{ x: backend.pointer(whole), xInner: 0, xOuter: size },
      ...{ y: backend.pointer(y), yInner: size, yOuter: times * size, inner: times, outer, size },
    };
    copyBlocks(backend, copy, unit);
    if (whole !== x) backend.disposeIntermediateTensorInfo(whole);
    whole = y;
  }
  return whole;
};

const transpose: EngineKernel = (call) => {
  const { backend, attributes } = call;
  const { x } = call.inputs;
  const { dtype, shape } = x!;
  const { perm } = attributes as { readonly perm: readonly number[] };
  if (!held(dtype) || dtype === 'bool' || sizeOf(shape) === 0) return runPlainKernel(tf.Transpose, call);
  // Groups of axes that stay neighbours, in the order of the result; axes of one number move freely.
  const groups: { first: number; last: number; size: number }[] = [];
  const wide = shape.map((extent, axis) => (extent === 1 ? -1 : axis)).filter((axis) => axis >= 0);
  for (const axis of perm) {
    const rank = wide.indexOf(axis);
    if (rank < 0) continue;
    const group = groups.at(-1);
    if (group !== undefined && group.last + 1 === rank) {
      group.last = rank;
      group.size *= shape[axis]!;
    } else groups.push({ first: rank, last: rank, size: shape[axis]! });
  }
  const order = groups.map(({ first }) => groups.filter((other) => other.first < first).length);
  const y = (): tf.TensorInfo =>
    backend.allocate(
      perm.map((axis) => shape[axis]!),
      dtype,
    );
  const sizes = groups.map(({ size }) => size);
  const [a = 1, b = 1, c = 1, d = 1] = sizes;
  switch (order.join()) {
    case '':
    case '0': {
      const result = y();
      const size = sizeOf(shape);
      const copy = {
        ...{ x: backend.pointer(x!), xInner: 0, xOuter: 0, y: backend.pointer(result), yInner: 0, yOuter: 0 },
        ...{ inner: 1, outer: 1, size },
      };
      copyBlocks(backend, copy, 4);
      return result;
    }
    case '1,0':
    case '0,2,1': {
      const result = y();
      const [matrices, columns, rows] = order.length === 2 ? [1, a, b] : [a, b, c];
      const strips = Math.ceil(columns / 16);
      const values = [backend.pointer(x!), backend.pointer(result), rows, columns];
      backend.engine.run('transposeMatrices', values, matrices * strips, rowsOfChunk(16 * rows));
      return result;
    }
    case '1,0,2':
    case '0,2,1,3': {
      const result = y();
      const [matrices, columns, rows, size] = order.length === 3 ? [1, a, b, c] : [a, b, c, d];
      const whole = 4 * rows * columns * size;
      for (let matrix = 0; matrix < matrices; matrix++) {
        const copy = {
          ...{ x: backend.pointer(x!) + matrix * whole, xInner: size, xOuter: columns * size },
          ...{ y: backend.pointer(result) + matrix * whole, yInner: rows * size, yOuter: size },
          ...{ inner: columns, outer: rows, size },
        };
        copyBlocks(backend, copy, 4);
      }
      return result;
    }
    default:
      return runPlainKernel(tf.Transpose, call);
  }
};

const gather: EngineKernel = (call) => {
  const { backend, attributes } = call;
  const { x, indices } = call.inputs;
  const { axis, batchDims } = attributes as { readonly axis: number; readonly batchDims: number };
  const [count = 0, ...rest] = x!.shape;
  const size = sizeOf(rest);
  const found = backend.readSync(indices!.dataId) as ArrayLike<number>;
  const wanted = sizeOf(indices!.shape);
  let inside = true;
  for (let i = 0; i < wanted; i++) if (!(found[i]! >= 0 && found[i]! < count)) inside = false;
  // Indices outside get the plain kernel's error.
  if (x!.dtype !== 'float32' || indices!.dtype !== 'int32' || axis !== 0 || batchDims !== 0 || !inside || size === 0) {
    return runPlainKernel(tf.GatherV2, call);
  }
  const y = backend.allocate([...indices!.shape, ...rest]);
  const values = [backend.pointer(indices!), backend.pointer(x!), count, size, backend.pointer(y)];
  backend.engine.run('gatherRows', values, wanted, rowsOfChunk(size));
  return y;
};

const unsortedSegmentSum: EngineKernel = (call) => {
  const { x, segmentIds } = call.inputs;
  if (x!.dtype !== 'float32' || segmentIds!.dtype !== 'int32' || segmentIds!.shape.length !== 1) {
    return runPlainKernel(tf.UnsortedSegmentSum, call);
  }
  const { numSegments } = call.attributes as { readonly numSegments: number };
  return sumRowsById(call.backend, x!, segmentIds!, [numSegments, ...x!.shape.slice(1)]);
};

/** Splitting, joining, cutting, reversing, padding, repeating, turning, gathering and the gradient of gathering, as TensorFlow.js asks for them. */
export const dataMovementKernels: Readonly<Record<string, EngineKernel>> = {
  [tf.SplitV]: splitV,
  [tf.Concat]: concat,
  [tf.Slice]: slice,
  [tf.StridedSlice]: stridedSlice,
  [tf.Reverse]: reverse,
  [tf.Transpose]: transpose,
  [tf.GatherV2]: gather,
  [tf.UnsortedSegmentSum]: unsortedSegmentSum,
  [tf.PadV2]: pad,
  [tf.Tile]: tile,
};
