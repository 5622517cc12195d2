import type { CommandLine } from './command-line.ts';

/** How a model is trained in one of its three lives. */
export interface TrainingSize {
  readonly steps: number;
  /** Peak of the cosine schedule. */
  readonly learningRate: number;
  readonly batchSize: number;
}

/** Every size of the quickstart, chosen so that it ends within three minutes on two cores with the stock wasm backend. */
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

const full: Sizes = {
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

const smoke: Sizes = {
  ...full,
  stories: 300,
  vocabSize: 400,
  model: { ...full.model, embedDim: 32 },
  pretraining: { ...full.pretraining, steps: 4 },
  answering: { ...full.answering, steps: 2 },
  labelling: { ...full.labelling, steps: 2 },
  heldOutStories: 20,
  askedStories: 1,
};

/** The sizes that the options ask for. */
export function chooseSizes({ smoke: isSmoke, steps }: CommandLine): Sizes {
  const sizes = isSmoke ? smoke : full;
  return steps === undefined ? sizes : { ...sizes, pretraining: { ...sizes.pretraining, steps } };
}
