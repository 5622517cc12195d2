// Run by killed-run.test.ts in a process of its own: trains in the directory given and prints every loss bit for bit.
import { writeSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { adamW, cosineSchedule, TokenDataset, Trainer } from '../src/index.ts';
import { tinyModel, tinyTokens } from './tiny-model.ts';

const bits = (value: number): string => Buffer.from(Float64Array.of(value).buffer).toString('hex');

await tf.setBackend('cpu');
const { train, validation } = TokenDataset.fromTokens(tinyTokens(400), { sequenceLength: 8 }).split({
  validation: 0.2,
});
const trainer = new Trainer(tinyModel({ rate: 0.1 }), {
  optimizer: adamW({ learningRate: cosineSchedule({ peak: 0.05, warmupSteps: 5, totalSteps: 60 }) }),
  batchSize: 3,
  gradientAccumulationSteps: 2,
  steps: 60,
  evaluation: { everySteps: 7, batches: 2 },
  checkpoint: { directory: process.argv[2]!, everySteps: 3 },
  earlyStopping: { patience: 100 },
});
for await (const event of trainer.fit({ train, validation })) {
  if (event.type === 'step') writeSync(1, `step ${event.step} ${bits(event.loss)} ${bits(event.gradNorm)}\n`);
  if (event.type === 'evaluation') writeSync(1, `evaluation ${event.step} ${bits(event.validationLoss)}\n`);
  if (event.type === 'started') writeSync(1, `started ${event.step}\n`);
  if (event.type === 'warning') writeSync(1, `warning ${event.code}\n`);
  if (event.type === 'finished') writeSync(1, `finished ${event.reason}\n`);
}
