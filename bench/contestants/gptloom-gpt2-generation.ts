import * as tf from '@tensorflow/tfjs';
import { foldIn, randomInteger, randomKey } from '@gptloom/core';
import { GptModel, selectBackend, type BackendName } from 'gptloom';
import type { CreateContestant } from '../harness/contestant.ts';
import { gpt2Shape, longPrompt, newTokens, shortPrompt } from './gpt2-shape.ts';

/** Generation with GPT-2's shape: `[backend, 'tokens' | 'prompt']`. */
export const create: CreateContestant = async ([name, work]) => {
  const backend = await selectBackend(name as BackendName);
  const model = new GptModel(gpt2Shape, { seed: 1 });
  const key = foldIn(randomKey(1), 'prompt');
  const prompt = Array.from({ length: work === 'prompt' ? longPrompt : shortPrompt }, (_, i) =>
    randomInteger(foldIn(key, i), gpt2Shape.vocabSize),
  );
  const versions = { backend: backend.description, tensorflow: tf.version_core };
  let last = 0;
  return {
    versions,
    async perform() {
      const count = work === 'prompt' ? 1 : 1 + newTokens;
      let started = performance.now();
      let written = 0;
      for await (const token of model.generate(prompt, { maxNewTokens: count, temperature: 0 })) {
        // The first token waits for the prompt, and is a table of its own.
        if (++written === 1 && work === 'tokens') started = performance.now();
        last = token;
      }
      return performance.now() - started;
    },
    check: () => `ends ${last}`,
  };
};
