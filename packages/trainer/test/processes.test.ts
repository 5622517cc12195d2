import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Communicator } from '@gptloom/core';
import { Trainer } from '../src/index.ts';
import { tinyModel, valuesOf } from './tiny-model.ts';
import { data, expectClose, options, weightsOf } from './training-helpers.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('Trainer.fit on several processes', () => {
  it('trains on two processes as on one', async () => {
    const models = [tinyModel({ rate: 0.2 }), tinyModel({ rate: 0.2 })];
    const communicators = inProcess(2);
    const runs = models.map((model, rank) =>
      new Trainer(model, options({ batchSize: 2, communicator: communicators[rank]! })).fit(data),
    );
    const [first, second] = await Promise.all(runs);
    const alone = tinyModel({ rate: 0.2 });
    const result = await new Trainer(alone, options({ batchSize: 4 })).fit(data);
    expect(weightsOf(models[0]!)).toEqual(weightsOf(models[1]!));
    expectClose(weightsOf(models[0]!), weightsOf(alone), 1e-4);
    expect(first).toEqual(second);
    expect(first!.trainLoss).toBeCloseTo(result.trainLoss!, 5);
    expect(valuesOf(models[0]!.unused)).toEqual([1, 2, 3]);
  });

  it('stops all processes together when one is asked to', async () => {
    const controller = new AbortController();
    const communicators = inProcess(2);
    const runs = communicators.map((communicator, rank) => {
      const signal = rank === 1 ? controller.signal : undefined;
      return new Trainer(tinyModel(), options({ steps: 1000, batchSize: 2, communicator, signal })).fit({
        train: data.train,
      });
    });
    const results = Promise.all(runs);
    setTimeout(() => controller.abort(), 20);
    const [first, second] = await results;
    expect(first).toMatchObject({ reason: 'aborted' });
    expect(second!.steps).toBe(first!.steps);
  });
});

/** Communicators of processes that are all in this one. */
function inProcess(size: number): Communicator[] {
  let waiting: { readonly values: Float32Array; readonly done: () => void }[] = [];
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    allReduceSum: (values) =>
      new Promise<void>((done) => {
        waiting.push({ values, done });
        if (waiting.length < size) return;
        const sum = values.map((_value, i) => waiting.reduce((total, other) => total + other.values[i]!, 0));
        for (const other of waiting) {
          other.values.set(sum);
          other.done();
        }
        waiting = [];
      }),
  }));
}
