import type { CommandLine } from './command-line.ts';

/** How a model is trained in one of its three lives. */
export interface TrainingSize {
  readonly steps: number;
  /** Peak of the cosine schedule. */
  readonly learningRate: number;
  readonly batchSize: number;
}

/** Every size of the quickstart, chosen so that it ends within three minutes on two cores. */
export interface Sizes {
  readonly stories: number;
  readonly vocabSize: number;
  /** Tokens of a training sequence. */
  readonly sequenceLength: number;
  readonly model: {
    readonly numLayers: number;
    readonly numHeads: number;
    readonly embedDim: number;
    readonly maxSeqLen: number;
  };
  readonly pretraining: TrainingSize;
  readonly answering: TrainingSize;
  readonly labelling: TrainingSize;
  /** Held-out stories: with their mirrored twins, twice as many labels. */
  readonly heldOutStories: number;
  /** Held-out stories whose questions are asked. */
  readonly askedStories: number;
}

// For the stock wasm backend and plain JavaScript, where a step is slow.
const small: Sizes = {
  stories: 6600,
  vocabSize: 768,
  sequenceLength: 64,
  model: { numLayers: 2, numHeads: 4, embedDim: 64, maxSeqLen: 96 },
  pretraining: { steps: 600, learningRate: 6e-3, batchSize: 12 },
  answering: { steps: 700, learningRate: 3e-3, batchSize: 16 },
  labelling: { steps: 300, learningRate: 2e-3, batchSize: 16 },
  heldOutStories: 300,
  askedStories: 12,
};

// 0.9 million parameters on 1.2 million tokens.
const full: Sizes = {
  ...small,
  model: { numLayers: 4, numHeads: 4, embedDim: 128, maxSeqLen: 96 },
  pretraining: { steps: 800, learningRate: 3e-3, batchSize: 24 },
  answering: { steps: 600, learningRate: 1.5e-3, batchSize: 16 },
  labelling: { steps: 300, learningRate: 1e-3, batchSize: 16 },
};

const smoke: Sizes = {
  ...small,
  stories: 300,
  vocabSize: 400,
  model: { ...small.model, embedDim: 32 },
  pretraining: { ...small.pretraining, steps: 4 },
  answering: { ...small.answering, steps: 2 },
  labelling: { ...small.labelling, steps: 2 },
  heldOutStories: 20,
  askedStories: 1,
};

/** The sizes that the options ask for, on a backend. */
export function chooseSizes({ smoke: isSmoke, steps }: CommandLine, backend: string): Sizes {
  const isSlow = backend === 'wasm' || backend === 'tfjs-cpu';
  const sizes = isSmoke ? smoke : isSlow ? small : full;
  return steps === undefined ? sizes : { ...sizes, pretraining: { ...sizes.pretraining, steps } };
}
