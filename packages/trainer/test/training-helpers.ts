import { expect } from 'vitest';
import type { TokenBatch } from '@gptloom/core';
import { namedParameters } from '@gptloom/layers';
import {
  adamW,
  TokenDataset,
  Trainer,
  type Dataset,
  type StepEvent,
  type TrainerOptions,
  type TrainingData,
  type TrainingEvent,
} from '../src/index.ts';
import { tinyTokens, valuesOf, type TinyModel } from './tiny-model.ts';

export const data = TokenDataset.fromTokens(tinyTokens(400), { sequenceLength: 8 }).split({ validation: 0.2 });
export const options = (changes: Partial<TrainerOptions> = {}): TrainerOptions => ({
  optimizer: adamW({ learningRate: 0.05 }),
  batchSize: 4,
  steps: 5,
  ...changes,
});

export async function eventsOf(
  model: TinyModel,
  changes: Partial<TrainerOptions> = {},
  fitted: TrainingData<TokenBatch> = { train: data.train },
): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of new Trainer(model, options(changes)).fit(fitted)) events.push(event);
  return events;
}

export const stepsIn = (events: readonly TrainingEvent[]): StepEvent[] =>
  events.filter((event) => event.type === 'step');
export const weightsOf = (model: TinyModel): number[] => [...namedParameters(model).values()].flatMap(valuesOf);

export function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
  expect(worst).toBeLessThan(tolerance);
}

/** A dataset whose targets, or whose batches, are changed. */
export function changed(change: (batch: TokenBatch, indices: ArrayLike<number>) => TokenBatch): Dataset<TokenBatch> {
  const { size, fingerprint, report } = data.train;
  return { size, fingerprint, report, batch: (i, rows) => change(data.train.batch(i, rows), i) };
}
