import * as tf from '@tensorflow/tfjs';
import { foldIn, randomKey, randomPermutation, TrainingError } from '@gptloom/core';
import type { Trainable } from '@gptloom/layers';
import type { Dataset, RowBatch } from '../data/dataset.ts';
import type { EvaluationProgress, EvaluationResult } from '../training-event.ts';
import type { Settings } from './settings.ts';

/** What of a dataset is evaluated, and what stops it. */
export interface EvaluateOptions {
  /** Evaluate only so many batches of `batchSize` rows, the same ones every time. Default: all. */
  readonly batches?: number | undefined;
  /** Stops the evaluation between two batches; the run then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Mean loss over a dataset, in evaluation mode. All of it in order, or `batches` batches that are the same every time:
 * the first ones of an order keyed by the seed, so that they come from everywhere. A signal stops it between two of them, by throwing
 * its reason.
 */
export async function* evaluateDataset<Batch extends RowBatch>(
  trainable: Trainable<Batch>,
  dataset: Dataset<Batch>,
  { batchSize, seed, communicator, adapter }: Pick<Settings, 'batchSize' | 'seed' | 'communicator' | 'adapter'>,
  { batches, signal }: EvaluateOptions,
): AsyncGenerator<EvaluationProgress, EvaluationResult, void> {
  const wanted = (batches ?? Infinity) * batchSize;
  const order =
    wanted < dataset.size
      ? randomPermutation(foldIn(randomKey(seed), 'evaluation'), dataset.size).subarray(0, wanted)
      : Uint32Array.from({ length: dataset.size }, (_, i) => i);
  const count = Math.ceil(order.length / batchSize);
  const { rank, size } = communicator ?? { rank: 0, size: 1 };
  const totals = new Float64Array(2);
  for (let index = 0; index < count; index++) {
    signal?.throwIfAborted();
    if (index % size === rank) {
      const indices = order.subarray(index * batchSize, (index + 1) * batchSize);
      const rows = Uint32Array.from(indices, (_, row) => index * batchSize + row);
      const batch = dataset.batch(indices, rows);
      const targets = trainable.countTargets(batch);
      if (targets > 0) {
        totals[0]! += await lossSumOf(trainable, batch, { seed, adapter });
        totals[1]! += targets;
      }
    }
    yield { type: 'batch', batch: index + 1, batches: count };
  }
  if (communicator !== undefined) {
    const values = Float32Array.from(totals);
    await communicator.allReduceSum(values);
    totals.set(values);
  }
  const [lossSum, targets] = totals as unknown as readonly [number, number];
  if (targets === 0 || !Number.isFinite(lossSum)) {
    throw new TrainingError({
      who: 'Trainer.evaluate',
      rule: targets === 0 ? 'a dataset must have at least one target' : 'the loss must be finite',
      received: targets === 0 ? `none in ${order.length} example(s)` : `${lossSum / targets}`,
    });
  }
  return { loss: lossSum / targets, perplexity: Math.exp(lossSum / targets), targets };
}

async function lossSumOf<Batch>(
  trainable: Trainable<Batch>,
  batch: Batch,
  { seed, adapter }: Pick<Settings, 'seed' | 'adapter'>,
): Promise<number> {
  const sum = tf.tidy(() =>
    trainable.lossSum(batch, trainable.contextFor(batch, { training: false, seed, step: 0, adapter })),
  );
  try {
    return (await sum.data())[0]!;
  } finally {
    sum.dispose();
  }
}
