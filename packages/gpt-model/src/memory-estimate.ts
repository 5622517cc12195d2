import { namedParameters, type TrainingWork } from '@gptloom/layers';
import { deviceMemory, mostKeptLogits } from '@gptloom/ops';
import type { GptModel } from './gpt-model.ts';

const bytesPerFloat = 4;

/** What one pass of generation reads. */
export interface GenerationWork {
  /** The most tokens that are read at once: the prompt, or the window where nothing is kept. */
  readonly time: number;
  /** Tokens for whose keys and values there is room. */
  readonly cached: number;
}

/** What the loss is computed from: the logits of a language model, or its hidden states, as by another head. */
export type LearnsFrom = 'logits' | 'hidden';

/**
 * Bytes of a training step at its peak, of a model of built-in parts. The backward pass frees what a block has saved when it leaves the block and has its
 * weights' gradients then, so memory is highest where it begins or where it ends. A test compares it with the peak of the engine.
 */
export function trainingBytes(
  model: GptModel,
  { rows, time, accumulates }: TrainingWork,
  learnsFrom: LearnsFrom,
): number {
  const { numLayers, embedDim, vocabSize } = model.config;
  const { all, trainable, largest } = sizesOf(model);
  const tokens = rows * time;
  const head = learnsFrom === 'logits' ? vocabSize * embedDim : 0;
  const { forward, backward } = learnsFrom === 'logits' ? headWorkspace(model, tokens) : { forward: 0, backward: 0 };
  const { saved, feedForward, attention } = activationsOfBlock(model, rows, time);
  // Beside hidden states a few numbers for each token: ids, targets and their weights, losses and their gradients.
  const ends = tokens * (6 * embedDim + 8);
  // When the backward pass comes to the attention of the last block, its feed-forward layer has its gradients.
  const atLastAttention = attention + Math.min(trainable, feedForwardSize(model));
  const atHead = numLayers * saved + ends + Math.max(forward, head + Math.max(backward, feedForward, atLastAttention));
  const atFirstBlock = trainable + saved + ends + Math.max(feedForward, attention);
  // Where gradients are not added up in place, a weight that is used twice has two before it has their sum.
  const twice = model.head === undefined && !onEngine();
  const atEmbedding = trainable + (twice ? 2 * head : 0) + ends;
  const earlier = accumulates ? trainable + largest : 0;
  return inBlocks(model, all + 2 * trainable + earlier + Math.max(atHead, atFirstBlock, atEmbedding));
}

/** Numbers of the activations of a block. */
interface BlockActivations {
  /** What its forward pass saves. */
  readonly saved: number;
  /** The most that its backward pass holds beside that in the feed-forward layer. */
  readonly feedForward: number;
  /** The same in attention, when what the feed-forward layer has saved is freed. */
  readonly attention: number;
}

function activationsOfBlock(model: GptModel, rows: number, time: number): BlockActivations {
  const { numHeads, embedDim, intermediateDim, maxSeqLen, dropout, activation } = model.config;
  const kvDim = kvDimOf(model);
  const tokens = rows * time;
  if (onEngine()) {
    const dropped = dropout > 0 ? embedDim : 0;
    // What goes into the activation and what comes out: with a gate both of its inputs, with a square what it is of.
    const wide = (activation === 'swiglu' || activation === 'squared-relu' ? 3 : 2) * intermediateDim;
    return {
      // Both norms, query, key, value, what goes into the three other products, and the two sums: where something is dropped before
      // they are computed, what is left too.
      saved: tokens * ((dropout > 0 ? 8 : 6) * embedDim + 2 * kvDim + wide + numHeads + 4),
      feedForward: tokens * (dropped + 2 * embedDim + intermediateDim),
      attention:
        tokens * (dropped + 2 * kvDim - 2 * embedDim - 2 * intermediateDim) + attentionWorkspace(model, rows, time),
    };
  }
  // The plain forms also hold what an op computes on the way, and the attention probabilities, several times.
  const probabilities = numHeads * maxSeqLen;
  const passing = tokens * (6 * embedDim + 3 * intermediateDim + 4 * probabilities);
  return {
    saved: tokens * (14 * embedDim + 6 * intermediateDim + 5 * probabilities),
    feedForward: passing,
    attention: passing,
  };
}

/** Weights of a block's feed-forward layer. */
function feedForwardSize({ config: { embedDim, intermediateDim, activation } }: GptModel): number {
  return (activation === 'swiglu' ? 3 : 2) * embedDim * intermediateDim;
}

/** The most numbers of a key head that certainly fit into the working space of the engine's threads. */
const fitsWorkingSpace = 2 ** 19;

/**
 * Numbers that the engine's gradient of attention packs for each key head, in whole panels, and the sums of its two gradients, where the
 * working space of the threads has no room for them.
 */
function attentionWorkspace({ config }: GptModel, rows: number, time: number): number {
  const headDim = config.embedDim / config.numHeads;
  const [keys, padded] = [wholePanels(time), wholePanels(headDim)];
  const numbers = keys * (2 * headDim + padded) + 2 * (keys + 8) * padded;
  return headDim <= 1024 && numbers <= fitsWorkingSpace ? 0 : rows * config.numKvHeads * numbers;
}

/**
 * What the engine's head holds beside its results. Forward: the logits that it keeps, in chunks of 192 words, and two numbers for each
 * token and chunk. Backward: these logits, and what its gradient adds up: eight parts at most, in whole panels, of the smaller of its two
 * results; the other one is copied where its rows are no whole panels.
 */
function headWorkspace({ config }: GptModel, tokens: number): { readonly forward: number; readonly backward: number } {
  if (!onEngine()) return { forward: 0, backward: 0 };
  const { vocabSize, embedDim } = config;
  const padded = wholePanels(embedDim);
  const weight = vocabSize * padded;
  const hidden = tokens * padded;
  const [ofHidden, ofWeight] = weight > 2 ** 19 ? [8, 1] : [1, Math.min(8, Math.ceil(tokens / 48))];
  const copies = (parts: number): number => (parts === 1 && padded === embedDim ? 0 : parts);
  const chunks = Math.ceil(vocabSize / 192);
  const kept = Math.min(mostKeptLogits, tokens * (chunks === 1 ? wholePanels(vocabSize) : 192 * chunks));
  return {
    forward: kept + tokens * (2 * chunks + 1),
    backward: kept + copies(ofHidden) * hidden + copies(ofWeight) * weight,
  };
}

/** Columns of the engine's kernels come in panels of 16. */
const wholePanels = (columns: number): number => 16 * Math.ceil(columns / 16);

/** Bytes of generation at its peak: weights, the cache, and the pass over the longest part. */
export function generationBytes(model: GptModel, { time, cached }: GenerationWork): number {
  const { numLayers, numHeads, embedDim, intermediateDim, vocabSize, activation } = model.config;
  const kvDim = kvDimOf(model);
  const probabilities = onEngine() ? 0 : 3 * numHeads * time;
  // The engine's product with GELU holds only its result.
  const wide = onEngine() && activation.startsWith('gelu') ? 1 : 2;
  // What a block computes on the way is freed after it; its result stays until the pass ends. Keys and values that are kept come with
  // each block.
  const [kept, results] = [2 * cached * kvDim, (numLayers + 1) * embedDim];
  const block = 7 * embedDim + (cached > 0 ? 2 : 4) * kvDim + wide * intermediateDim + numHeads + probabilities;
  const all = sizesOf(model).all + 2 * vocabSize;
  if (cached === 0) return inBlocks(model, all + time * (block + embedDim + results));
  // With a cache the last block goes on for one token when it has keys and values; so the pass is highest there or in the block before. A
  // cache that grows later holds the old and the new of a layer for a moment.
  const before = numLayers > 1 ? (numLayers - 1) * kept + time * (block + results) : 0;
  const last = numLayers * kept + time * (3 * embedDim + 2 * kvDim + results);
  return inBlocks(model, all + Math.max(before, last, (numLayers + 1) * kept));
}

/** The backend that says what memory it has is the one with kernels for all ops. */
const onEngine = (): boolean => deviceMemory() !== undefined;

const kvDimOf = ({ config }: GptModel): number => (config.numKvHeads * config.embedDim) / config.numHeads;

function sizesOf(model: GptModel): { readonly all: number; readonly trainable: number; readonly largest: number } {
  const parameters = [...namedParameters(model).values()];
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const trainable = parameters.filter((parameter) => parameter.trainable).map(({ size }) => size);
  return {
    all: sum(parameters.map(({ size }) => size)),
    trainable: sum(trainable),
    largest: Math.max(0, ...trainable),
  };
}

/** Bytes in the blocks of the engine's pool, which are up to 1/64 larger, small ones up to 64 bytes, and its working space. */
function inBlocks(model: GptModel, floats: number): number {
  const bytes = bytesPerFloat * floats;
  const memory = deviceMemory();
  if (memory === undefined) return bytes;
  return Math.ceil(bytes * (1 + 1 / 64)) + 8192 * (model.config.numLayers + 2) + memory.reserved;
}
