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
  const sums = backend.allocate(shape);
  backend.engine.run('fill', [backend.pointer(sums), 0], sizeOf(shape), 4 * numbersOfChunk);
  addRowsById(backend, x, ids, sums);
  return sums;
}

/** Adds the rows of `x` to those rows of `sums` that the ids name, in place. */
function addRowsById(backend: SimdBackend, x: tf.TensorInfo, ids: tf.TensorInfo, sums: tf.TensorInfo): void {
  const [rows = 0, ...rest] = sums.shape;
  const dim = sizeOf(rest);
  const count = sizeOf(ids.shape);
  const slices = Math.ceil(dim / sliceColumns);
  backend.engine.run(
    'scatterAddRows',
    [backend.pointer(x), backend.pointer(ids), count, rows, dim, sliceColumns, backend.pointer(sums)],
    slices,
    count * dim < 2 * numbersOfChunk ? slices : 1,
  );
}

const embeddingGrad: EngineKernel = ({ inputs: { dy, ids, sum }, backend, attributes }) => {
  if (sum !== undefined) {
    addRowsById(backend, dy!, ids!, sum);
    return [];
  }
  const { vocabSize } = attributes as EmbeddingGradAttributes;
  return sumRowsById(backend, dy!, ids!, [vocabSize, dy!.shape.at(-1)!]);
};

/** The embedding and its gradient. */
export const embeddingKernels: Readonly<Record<string, EngineKernel>> = {
  [embeddingKernel]: embedding,
  [embeddingGradKernel]: embeddingGrad,
};
