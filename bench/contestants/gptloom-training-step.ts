import * as tf from '@tensorflow/tfjs';
import { adamW, GptModel, selectBackend, TokenDataset, Trainer, type BackendName } from 'gptloom';
import type { CreateContestant } from '../harness/contestant.ts';
import { randomTokens, stepOptimizer, type StepConfiguration } from './configurations.ts';

/** Steps of the public Trainer: `[backend, configuration as JSON]`. */
export const create: CreateContestant = async ([name, configuration]) => {
  const backend = await selectBackend(name as BackendName);
  const { batchSize, ...shape } = JSON.parse(configuration!) as StepConfiguration;
  const { maxGradNorm, ...adamWOptions } = stepOptimizer;
  const model = new GptModel({ ...shape, bias: false }, { seed: 1 });
  const tokens = randomTokens(100_000, shape.vocabSize);
  const train = TokenDataset.fromTokens(tokens, { sequenceLength: shape.maxSeqLen });
  const trainer = new Trainer(model, { optimizer: adamW(adamWOptions), batchSize, maxGradNorm, steps: 1_000_000 });
  const events = trainer.fit({ train })[Symbol.asyncIterator]();
  let loss = Number.NaN;
  return {
    versions: { backend: backend.description, tensorflow: tf.version_core },
    async perform() {
      for (;;) {
        const { value, done } = await events.next();
        if (done === true) throw new Error('the training ended');
        if (value.type !== 'step') continue;
        loss = value.loss;
        return;
      }
    },
    check: () => `loss ${loss.toFixed(2)}`,
  };
};
