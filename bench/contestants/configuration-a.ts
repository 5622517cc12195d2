import { foldIn, randomInteger, randomKey } from '@gptloom/core';

/**
 * Configuration A, the shape of nanoGPT's small run on Shakespeare: 0.80 million parameters, 4.0 GFLOP a step.
 * `peers/torch_training_step.py` has the same numbers.
 */
export const configurationA = {
  numLayers: 4,
  numHeads: 4,
  embedDim: 128,
  maxSeqLen: 64,
  batchSize: 12,
  vocabSize: 65,
} as const;

/** AdamW and clipping in every contestant. */
export const optimizerA = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.99,
  eps: 1e-8,
  weightDecay: 0.1,
  maxGradNorm: 1,
} as const;

/** Random token ids. Their cross entropy stays near ln 65 = 4.17 nats, which is the check of every contestant. */
export function randomTokens(count: number): Int32Array {
  const key = foldIn(randomKey(1), 'benchmark tokens');
  return Int32Array.from({ length: count }, (_, i) => randomInteger(foldIn(key, i), configurationA.vocabSize));
}
