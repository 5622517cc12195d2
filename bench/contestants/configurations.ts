import { foldIn, randomInteger, randomKey } from '@gptloom/core';

/** The shape of a training step. No biases, tied output, no dropout, float32. */
export interface StepConfiguration {
  readonly numLayers: number;
  readonly numHeads: number;
  readonly embedDim: number;
  readonly maxSeqLen: number;
  readonly batchSize: number;
  readonly vocabSize: number;
}

/**
 * A is nanoGPT's small run on Shakespeare (0.80 million parameters), B its larger one with less context and batch (10.7
 * million), C is GPT-2 with a short context (124 million). Peers get these numbers as a parameter.
 */
export const configurations = {
  A: { numLayers: 4, numHeads: 4, embedDim: 128, maxSeqLen: 64, batchSize: 12, vocabSize: 65 },
  B: { numLayers: 6, numHeads: 6, embedDim: 384, maxSeqLen: 256, batchSize: 8, vocabSize: 65 },
  C: { numLayers: 12, numHeads: 12, embedDim: 768, maxSeqLen: 64, batchSize: 4, vocabSize: 50_257 },
} as const satisfies Readonly<Record<string, StepConfiguration>>;

/** AdamW and clipping in every contestant. */
export const stepOptimizer = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.99,
  eps: 1e-8,
  weightDecay: 0.1,
  maxGradNorm: 1,
} as const;

/**
 * 10^9 floating-point operations of a step: `6 N + 12 L D T / 2` a token, with N the parameters of matrix products. Half of
 * PaLM's count for attention (Chowdhery et al. 2022, appendix B), because half of the causal scores need not be computed.
 */
export function gigaflopOfStep(shape: StepConfiguration): number {
  const { numLayers, embedDim, maxSeqLen, batchSize, vocabSize } = shape;
  const multiplied = 12 * numLayers * embedDim ** 2 + vocabSize * embedDim;
  const flopsOfToken = 6 * multiplied + 6 * numLayers * embedDim * maxSeqLen;
  return (flopsOfToken * batchSize * maxSeqLen) / 1e9;
}

/** Random token ids. Their cross entropy stays near `ln vocabSize` nats, which is the check of every contestant. */
export function randomTokens(count: number, vocabSize: number): Int32Array {
  const key = foldIn(randomKey(1), 'benchmark tokens');
  return Int32Array.from({ length: count }, (_, i) => randomInteger(foldIn(key, i), vocabSize));
}
