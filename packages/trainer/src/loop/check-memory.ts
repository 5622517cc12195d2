import * as tf from '@tensorflow/tfjs';
import { ConfigError } from '@gptloom/core';
import type { Parameter, Trainable, TrainingWork } from '@gptloom/layers';
import { describeBytes, deviceMemory, largestThatFits } from '@gptloom/ops';
import type { RowBatch } from '../data/dataset.ts';

/**
 * Refuses batches that would not fit into the memory of the backend, where backend and model can say. It is made before the
 * optimizer's state, and asked before each pass; only a batch larger than all before it costs anything.
 */
export class MemoryCheck<Batch extends RowBatch> {
  private readonly trainable: Trainable<Batch>;
  private readonly accumulates: boolean;
  /** Bytes for the training: all but other tensors; `undefined` where backend or model can not say. */
  private readonly available: number | undefined;
  private largestTime = 0;

  constructor(trainable: Trainable<Batch>, parameters: Iterable<Parameter>, accumulates: boolean) {
    this.trainable = trainable;
    this.accumulates = accumulates;
    let weights = 0;
    for (const { size } of parameters) weights += 4 * size;
    const memory = deviceMemory();
    const predicts = trainable.trainingBytes?.({ rows: 1, time: 1, accumulates }) !== undefined;
    this.available = memory === undefined || !predicts ? undefined : memory.limit - (tf.memory().numBytes - weights);
  }

  /** Whether both the backend and the model can say what they have and need. */
  get isActive(): boolean {
    return this.available !== undefined;
  }

  /** @throws ConfigError with the largest batch that would fit */
  check({ rows, lengths }: RowBatch): void {
    const { trainable, available, accumulates } = this;
    const time = lengths.reduce((longest, length) => Math.max(longest, length), 1);
    if (available === undefined || time <= this.largestTime) return;
    const bytesOf = (work: Partial<TrainingWork>): number =>
      trainable.trainingBytes!({ rows, time, accumulates, ...work })!;
    if (bytesOf({}) <= available) {
      this.largestTime = time;
      return;
    }
    const fittingRows = largestThatFits((count) => bytesOf({ rows: count }), rows - 1, available);
    const fittingTime = largestThatFits((count) => bytesOf({ rows: 1, time: count }), time - 1, available);
    let suggestion = `a smaller model: even one token takes ${describeBytes(bytesOf({ rows: 1, time: 1 }))}`;
    if (fittingTime > 0) suggestion = `batchSize: 1 with sequences of at most ${fittingTime} tokens`;
    if (fittingRows > 0) {
      suggestion = `batchSize: ${fittingRows}, with gradientAccumulationSteps for the rest of the batch`;
      // Sums of several passes take memory too.
      const summed = largestThatFits((count) => bytesOf({ rows: count, accumulates: true }), fittingRows, available);
      if (summed === 0) suggestion = `batchSize: ${fittingRows}`;
      else if (summed < fittingRows)
        suggestion = `batchSize: ${fittingRows}, or ${summed} with gradientAccumulationSteps`;
    }
    throw new ConfigError({
      who: 'Trainer.fit',
      rule: `a training step must fit into the memory of the backend, ${describeBytes(Math.max(0, available))} beside other tensors`,
      received: `${rows} row(s) of ${time} tokens, which take ${describeBytes(bytesOf({}))}`,
      suggestion: `${suggestion}; other tensors can be disposed of`,
    });
  }
}
