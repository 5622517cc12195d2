import type * as tf from '@tensorflow/tfjs';
import type { SimdBackend } from '../simd-backend.ts';

/** What a kernel is given. Attributes are those of the kernel's contract; each kernel states its own. */
export interface KernelCall {
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly backend: SimdBackend;
  readonly attributes: object;
}

/** A kernel of the engine: reads its inputs through `backend.pointer`, writes into tensors from `backend.allocate`. */
export type EngineKernel = (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[];

/** Product of some extents of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Rows of a tensor whose last axis has `columns` numbers. */
export function rowsOf(shape: readonly number[]): number {
  return sizeOf(shape.slice(0, -1));
}

/** Numbers that a thread takes at least where a work item is one number: a multiple of 8. */
export const numbersOfChunk = 16_384;

/** Rows that a thread takes at least where a work item is a row of so many numbers. */
export function rowsOfChunk(columns: number): number {
  return Math.max(1, Math.floor(numbersOfChunk / Math.max(1, columns)));
}
