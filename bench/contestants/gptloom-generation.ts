import * as tf from '@tensorflow/tfjs';
import { GptModel, selectBackend, type BackendName } from 'gptloom';
import type { CreateContestant } from '../harness/contestant.ts';

/** Generation: `[backend, 'cache' | 'no cache', number of new tokens]`. */
export const create: CreateContestant = async ([name, cache, newTokens]) => {
  const backend = await selectBackend(name as BackendName);
  const model = new GptModel(
    { numLayers: 4, numHeads: 4, embedDim: 128, maxSeqLen: 256, vocabSize: 1024 },
    { seed: 1 },
  );
  const prompt = Array.from({ length: 32 }, (_, i) => i);
  const options = { maxNewTokens: Number(newTokens), temperature: 0, useCache: cache === 'cache' };
  let tokens: readonly number[] = [];
  return {
    versions: { backend: backend.description, tensorflow: tf.version_core },
    async perform() {
      tokens = (await model.generate(prompt, options)).tokens;
    },
    check: () => `ends ${tokens.slice(-3).join(' ')}`,
  };
};
