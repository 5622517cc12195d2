import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ignoreIndex } from '@gptloom/core';
import { Trainer } from '../src/index.ts';
import { tinyModel } from './tiny-model.ts';
import { changed, data, options } from './training-helpers.ts';

beforeAll(() => tf.setBackend('cpu'));

function controlled(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error('enough')) };
}

describe('Trainer.evaluate', () => {
  it('is the mean over all targets, whatever the batches', async () => {
    const model = tinyModel();
    const evaluate = (batchSize: number) => new Trainer(model, options({ batchSize })).evaluate(data.validation);
    const [one, three] = [await evaluate(1), await evaluate(3)];
    expect(one.targets).toBe(data.validation.report.targets);
    expect(three.loss).toBeCloseTo(one.loss, 6);
    expect(one.perplexity).toBeCloseTo(Math.exp(one.loss), 10);
  });

  it('takes the same batches every time when only some are asked for, and tells of each', async () => {
    const trainer = new Trainer(tinyModel(), options());
    const first = await trainer.evaluate(data.train, { batches: 2 });
    expect(first.targets).toBe(64);
    expect(await trainer.evaluate(data.train, { batches: 2 })).toEqual(first);
    expect(first.loss).not.toBe((await trainer.evaluate(data.train)).loss);
    const progress = [];
    for await (const event of trainer.evaluate(data.train, { batches: 2 })) progress.push(event);
    expect(progress).toEqual([
      { type: 'batch', batch: 1, batches: 2 },
      { type: 'batch', batch: 2, batches: 2 },
    ]);
  });

  it('is stopped by a signal between two batches', async () => {
    const { signal, abort } = controlled();
    const seen: number[] = [];
    const run = new Trainer(tinyModel(), options()).evaluate(data.train, { signal });
    const all = async (): Promise<void> => {
      for await (const { batch } of run) {
        seen.push(batch);
        if (batch === 2) abort();
      }
    };
    await expect(all()).rejects.toThrow('enough');
    await expect(Promise.resolve(run)).rejects.toThrow('enough');
    expect(seen).toEqual([1, 2]);
  });

  it('refuses a dataset without a target', async () => {
    const blank = changed((batch) => ({ ...batch, targets: batch.targets.map(() => ignoreIndex) }));
    await expect(Promise.resolve(new Trainer(tinyModel(), options()).evaluate(blank))).rejects.toThrow(/none in 39/);
  });
});
