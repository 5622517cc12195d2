import type * as tf from '@tensorflow/tfjs';
import { embeddingGradKernel, embeddingKernel, type EmbeddingGradAttributes } from '@gptloom/ops';
import type { SimdBackend } from '../simd-backend.ts';
import { numbersOfChunk, rowsOfChunk, sizeOf, type EngineKernel } from './engine-kernel.ts';

const embedding: EngineKernel = ({ inputs: { ids, weight }, backend }) => {
  const [vocabSize, dim] = weight!.shape as [number, number];
  const y = backend.allocate([...ids!.shape, dim]);
  const pointers = [backend.pointer(ids!), backend.pointer(weight!)];
  const values = [...pointers, vocabSize, dim, backend.pointer(y)];
  backend.engine.run('gatherRows', values, sizeOf(ids!.shape), rowsOfChunk(dim));
  return y;
};

/** Columns that one thread adds up at once: a whole cache line, so that no two threads write to one. */
const sliceColumns = 32;

/** A tensor of `shape` whose row r is the sum of the rows of `x` with the id r, in their order. */
export function sumRowsById(
  backend: SimdBackend,
  x: tf.TensorInfo,
  ids: tf.TensorInfo,
  shape: readonly number[],
): tf.TensorInfo {
  const [rows = 0, ...rest] = shape;
  const dim = sizeOf(rest);
  const count = sizeOf(ids.shape);
  const sums = backend.allocate(shape);
  const y = backend.pointer(sums);
  const { engine } = backend;
  engine.run('fill', [y, 0], rows * dim, 4 * numbersOfChunk);
  const slices = Math.ceil(dim / sliceColumns);
  engine.run(
    'scatterAddRows',
    [backend.pointer(x), backend.pointer(ids), count, rows, dim, sliceColumns, y],
    slices,
    count * dim < 2 * numbersOfChunk ? slices : 1,
  );
  return sums;
}

const embeddingGrad: EngineKernel = ({ inputs: { dy, ids }, backend, attributes }) => {
  const { vocabSize } = attributes as EmbeddingGradAttributes;
  return sumRowsById(backend, dy!, ids!, [vocabSize, dy!.shape.at(-1)!]);
};

/** The embedding and its gradient. */
export const embeddingKernels: Readonly<Record<string, EngineKernel>> = {
  [embeddingKernel]: embedding,
  [embeddingGradKernel]: embeddingGrad,
};
