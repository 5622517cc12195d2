import * as tf from '@tensorflow/tfjs';
import { ignoreIndex, type TokenBatch } from '@gptloom/core';
import type { ForwardContextOptions, TrainingContextOptions } from '@gptloom/layers';

/** The part of a batch that a forward pass needs. */
export type InputBatch = Pick<TokenBatch, 'rows' | 'time' | 'inputIds' | 'lengths' | 'segmentIds' | 'globalRows'>;

/** The context options of a pass over `batch`; the tensors are freed by the caller's tidy. */
export function batchContext(batch: InputBatch, options: TrainingContextOptions): ForwardContextOptions {
  const { rows, time, lengths, segmentIds } = batch;
  const isPadded = lengths.some((length) => length < time);
  return {
    ...options,
    positions: tf.tensor2d(rowPositions(batch), [rows, time], 'int32'),
    keyLengths: isPadded ? tf.tensor1d(lengths, 'int32') : undefined,
    segmentIds: segmentIds === undefined ? undefined : tf.tensor2d(segmentIds, [rows, time], 'int32'),
    globalRows: batch.globalRows,
  };
}

// Positions count from the start of each document of a row.
function rowPositions({ rows, time, segmentIds }: InputBatch): Int32Array {
  const positions = new Int32Array(rows * time);
  for (let i = 0; i < positions.length; i++) {
    const continues = i % time !== 0 && (segmentIds === undefined || segmentIds[i] === segmentIds[i - 1]);
    positions[i] = continues ? positions[i - 1]! + 1 : 0;
  }
  return positions;
}

/** Sum of the weights of all targets that count. */
export function totalWeight({ targets, lossWeights }: TokenBatch): number {
  let total = 0;
  for (let i = 0; i < targets.length; i++) {
    if (targets[i] !== ignoreIndex) total += lossWeights?.[i] ?? 1;
  }
  return total;
}
