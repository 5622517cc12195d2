import type { GptConfig } from './gpt-config.ts';

const gpt2 = (numLayers: number, numHeads: number, embedDim: number): GptConfig => ({
  vocabSize: 50257,
  maxSeqLen: 1024,
  numLayers,
  numHeads,
  embedDim,
});

/** The published sizes of GPT-2 (Radford et al. 2019), by their number of parameters. */
export const gptPresets = {
  /** 124 million parameters: 12 layers, 12 heads, dim 768. */
  gpt2: gpt2(12, 12, 768),
  /** 355 million parameters: 24 layers, 16 heads, dim 1024. */
  'gpt2-medium': gpt2(24, 16, 1024),
  /** 774 million parameters: 36 layers, 20 heads, dim 1280. */
  'gpt2-large': gpt2(36, 20, 1280),
  /** 1,558 million parameters: 48 layers, 25 heads, dim 1600. */
  'gpt2-xl': gpt2(48, 25, 1600),
} as const satisfies Record<string, GptConfig>;
