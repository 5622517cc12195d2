import * as tf from '@tensorflow/tfjs';
import { nextTick, ShapeError, type TokenBatch } from '@gptloom/core';
import { createForwardContext } from '@gptloom/layers';
import { linearCrossEntropy } from '@gptloom/ops';
import { batchContext } from './batch-context.ts';
import type { GptModel } from './gpt-model.ts';
import { checkTokenRows } from './token-ids.ts';

/** Tokens of one pass: bounds the memory whatever the number of sequences. */
const tokensPerPass = 4096;

/** The work behind `GptModel.tokenLogProbs`. */
export async function tokenLogProbs(
  model: GptModel,
  sequences: readonly (readonly number[])[],
): Promise<Float32Array[]> {
  checkTokenRows('tokenLogProbs', sequences, model.vocabSize);
  for (const tokens of sequences) {
    if (tokens.length >= 2 && tokens.length <= model.maxSeqLen) continue;
    throw new ShapeError({
      who: 'tokenLogProbs',
      rule: `a sequence must have 2 to ${model.maxSeqLen} tokens`,
      received: `${tokens.length} tokens`,
    });
  }
  // Neighbours in length share a pass, so that little is padding.
  const order = [...sequences.keys()].sort((a, b) => sequences[a]!.length - sequences[b]!.length);
  const results = new Array<Float32Array>(sequences.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && (end + 1 - start) * sequences[order[end]!]!.length <= tokensPerPass) end++;
    const indices = order.slice(start, end);
    const scores = await scoreRows(
      model,
      indices.map((index) => sequences[index]!),
    );
    indices.forEach((index, row) => (results[index] = scores[row]!));
    start = end;
    await nextTick();
  }
  return results;
}

async function scoreRows(model: GptModel, rows: readonly (readonly number[])[]): Promise<Float32Array[]> {
  const time = Math.max(...rows.map((row) => row.length)) - 1;
  const batch: TokenBatch = {
    rows: rows.length,
    time,
    inputIds: new Int32Array(rows.length * time),
    targets: new Int32Array(rows.length * time).fill(-100),
    lengths: Int32Array.from(rows, (row) => row.length - 1),
    globalRows: Int32Array.from(rows.keys()),
  };
  rows.forEach((row, index) => {
    batch.inputIds.set(row.slice(0, -1), index * time);
    batch.targets.set(row.slice(1), index * time);
  });
  const losses = tf.tidy(() => {
    const ids = tf.tensor2d(batch.inputIds, [rows.length, time], 'int32');
    const hidden = model.hidden(ids, createForwardContext(model, batchContext(batch, {})));
    return linearCrossEntropy(
      hidden.reshape([-1, model.config.embedDim]) as tf.Tensor2D,
      model.headWeight,
      tf.tensor1d(batch.targets, 'int32'),
      {},
    );
  });
  try {
    const nats = (await losses.data()) as Float32Array;
    return rows.map((row, index) =>
      Float32Array.from(nats.subarray(index * time, index * time + row.length - 1), (x) => -x),
    );
  } finally {
    losses.dispose();
  }
}
