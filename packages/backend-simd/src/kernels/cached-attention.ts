import type * as tf from '@tensorflow/tfjs';
import { cachedAttentionKernel, type CachedAttentionAttributes } from '@gptloom/ops';
import type { SimdBackend } from '../simd-backend.ts';
import { lengthen } from './append-tokens.ts';
import { attend, queriesOfBlock } from './attention.ts';
import { rowsOfChunk, type EngineKernel } from './engine-kernel.ts';

/** New tokens are written behind those of the cache, then attend to all of it. Queries are read where they lie in the projection. */
const cachedAttention: EngineKernel = ({ inputs, backend, attributes }) => {
  const { queryKeyValue, key: earlierKeys, value: earlierValues } = inputs;
  const { heads, kvHeads, capacity, lastOnly } = attributes as CachedAttentionAttributes;
  const [batch, time, row] = queryKeyValue!.shape as [number, number, number];
  const headDim = row / (heads + 2 * kvHeads);
  const extend = (earlier: tf.TensorInfo | undefined): tf.TensorInfo =>
    earlier === undefined
      ? backend.allocate([batch, time, kvHeads, headDim])
      : lengthen(backend, earlier, time, capacity);
  const [key, value] = [extend(earlierKeys), extend(earlierValues)];
  const projection = backend.pointer(queryKeyValue!);
  appendPacked(backend, projection + 4 * heads * headDim, row, time, key, value);

  const keyTime = key.shape[1]!;
  const queryTime = lastOnly ? Math.min(1, time) : time;
  const y = backend.allocate([batch, queryTime, heads * headDim]);
  const logSumExp = backend.allocate([batch, heads, queryTime]);
  const layout = {
    ...{ batch, queryTime, keyTime, heads, kvHeads, headDim, valueDim: headDim },
    queryBlock: queriesOfBlock(headDim, headDim),
    pointers: {
      query: projection + 4 * (time - queryTime) * row,
      key: backend.pointer(key),
      value: backend.pointer(value),
    },
    // The last tokens of rows lie as far apart as the rows.
    rows: [lastOnly ? time * row : row, kvHeads * headDim, kvHeads * headDim],
    firstPosition: keyTime - queryTime,
  } as const;
  attend({ inputs: {}, backend, attributes }, layout, {
    y: backend.pointer(y),
    logSumExp: backend.pointer(logSumExp),
  });
  backend.disposeIntermediateTensorInfo(logSumExp);
  return [y, key, value];
};

/** Copies keys and values, which lie beside each other in rows of `row` numbers from `source` on, to the ends of their sequences. */
function appendPacked(
  backend: SimdBackend,
  source: number,
  row: number,
  time: number,
  key: tf.TensorInfo,
  value: tf.TensorInfo,
): void {
  const [batch, total, heads, dim] = key.shape as [number, number, number, number];
  const token = 4 * heads * dim;
  const [keys, values] = [backend.pointer(key), backend.pointer(value)];
  for (let b = 0; b < batch; b++) {
    const target = keys + ((b + 1) * total - time) * token;
    // Blocks are the keys of all new tokens, then their values, one block further in the source.
    const copy = [source + 4 * b * time * row, 4 * row, token, target, token, values - keys, time, token];
    backend.engine.run('copyBlocks', copy, 2 * time, rowsOfChunk(heads * dim));
  }
}

/** Attention over a cache that grows. */
export const cachedAttentionKernels: Readonly<Record<string, EngineKernel>> = {
  [cachedAttentionKernel]: cachedAttention,
};
