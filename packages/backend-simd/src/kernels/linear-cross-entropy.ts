import { ShapeError } from '@gptloom/core';
import {
  linearCrossEntropyGradKernel,
  linearCrossEntropyKernel,
  type LinearCrossEntropyAttributes,
} from '@gptloom/ops';
import { threadScratchBytes } from '../memory-map.ts';
import { rowsOfChunk, type EngineKernel } from './engine-kernel.ts';

const roundUp = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

/** The widest rows of which a few fit into a thread's working space. */
const maxDim = 16_384;

/** Tokens whose logits exist at once: so many that their packed states fill at most three eighths of a thread's working space. */
function tokensOfBlock(dim: number): number {
  if (dim > maxDim) {
    throw new ShapeError({
      who: 'linearCrossEntropy',
      rule: `the dimension must be at most ${maxDim} on simd`,
      received: String(dim),
    });
  }
  return Math.min(192, Math.floor((threadScratchBytes * 3) / 32 / roundUp(dim, 16) / 6) * 6);
}

/** The most groups of tokens or words: each has a sum of the gradient of its own. */
const maxGroups = 8;

/** A gradient of the weight of so many numbers is not kept several times. */
const largeWeight = 2 ** 19;

/** Bytes by which packed panels are padded, for each of their columns. */
const padding = 12;

/**
 * Words of a chunk: a multiple of 16, at most 192, so many that their logits and their weights, packed in two ways, fit into a thread's
 * working space beside the packed states of a block of tokens.
 */
function wordsOfChunk(vocab: number, dim: number): number {
  const padded = roundUp(dim, 16);
  const tokenBlock = tokensOfBlock(dim);
  const bytesOfWord = 4 * (tokenBlock + dim + padded) + padding * Math.ceil(dim / 384);
  const otherBytes = (4 * tokenBlock + 2 * padding) * padded;
  const fitting = Math.floor((threadScratchBytes - otherBytes - 4096) / bytesOfWord / 16) * 16;
  return Math.max(16, Math.min(192, roundUp(vocab, 16), fitting));
}

const linearCrossEntropy: EngineKernel = ({ inputs: { hidden, weight, targets }, backend, attributes }) => {
  const { softCap, ignoreIndex, mostKept } = attributes as LinearCrossEntropyAttributes;
  const { engine } = backend;
  const [tokens, dim] = hidden!.shape as [number, number];
  const vocab = weight!.shape[0]!;
  const results = [backend.allocate([tokens]), backend.allocate([tokens])];
  const [losses, logSumExp] = results.map((info) => backend.pointer(info)) as [number, number];
  const tokenBlock = tokensOfBlock(dim);
  const chunkColumns = wordsOfChunk(vocab, dim);
  const chunks = Math.ceil(vocab / chunkColumns);
  const keptChunks = Math.min(chunks, Math.floor(mostKept / (tokens * chunkColumns)));
  if (keptChunks > 0) results.push(backend.allocate([keptChunks, tokens, chunkColumns]));
  // Few words: the tokens are what is shared out.
  const groupTokens = chunks >= maxGroups ? tokens : roundUp(Math.ceil(tokens / maxGroups), 6);
  const groups = Math.ceil(tokens / groupTokens);
  const bytes = 8 * chunks * tokens + 4 * tokens;
  const parts = engine.pool.allocate(bytes);
  const targetLogits = parts + 8 * chunks * tokens;
  const wanted = backend.pointer(targets!);
  engine.run(
    'crossEntropyParts',
    [
      ...[engine.tileWidth, backend.pointer(hidden!), backend.pointer(weight!), wanted, tokens, vocab, dim],
      ...[softCap, chunkColumns, tokenBlock, groupTokens, parts, targetLogits],
      ...[keptChunks > 0 ? backend.pointer(results[2]!) : 0, keptChunks],
    ],
    chunks * groups,
    tokens * vocab * dim < 100_000 ? chunks * groups : 1,
  );
  engine.run(
    'crossEntropyLosses',
    [wanted, ignoreIndex, tokens, vocab, chunks, parts, targetLogits, losses, logSumExp],
    tokens,
    rowsOfChunk(8 * chunks),
  );
  engine.pool.release(parts, bytes);
  return results;
};

const linearCrossEntropyGrad: EngineKernel = ({ inputs, backend, attributes }) => {
  const { dy, hidden, weight, targets, logSumExp, logits } = inputs;
  const { softCap, ignoreIndex } = attributes as LinearCrossEntropyAttributes;
  const { engine } = backend;
  const [tokens, dim] = hidden!.shape as [number, number];
  const vocab = weight!.shape[0]!;
  const results = [backend.allocate([tokens, dim]), backend.allocate([vocab, dim])];
  const [gradHidden, gradWeight] = results.map((info) => backend.pointer(info)) as [number, number];
  const padded = roundUp(dim, 16);
  const tokenBlock = tokensOfBlock(dim);
  const chunkColumns = wordsOfChunk(vocab, dim);
  const large = vocab * padded > largeWeight;
  const groupColumns = large ? roundUp(Math.ceil(vocab / maxGroups), chunkColumns) : roundUp(vocab, chunkColumns);
  const groupTokens = large ? tokens : Math.max(48, roundUp(Math.ceil(tokens / maxGroups), 6));
  const columnGroups = Math.ceil(vocab / groupColumns);
  const tokenGroups = Math.ceil(tokens / groupTokens);
  // Where there is one part and its rows have no gaps, it is the result.
  const direct = (groups: number): boolean => groups === 1 && padded === dim;
  const hiddenBytes = direct(columnGroups) ? 0 : 4 * columnGroups * tokens * padded;
  const weightBytes = direct(tokenGroups) ? 0 : 4 * tokenGroups * vocab * padded;
  const hiddenParts = hiddenBytes === 0 ? gradHidden : engine.pool.allocate(hiddenBytes);
  const weightParts = weightBytes === 0 ? gradWeight : engine.pool.allocate(weightBytes);
  const items = columnGroups * tokenGroups;
  engine.run(
    'crossEntropyGradient',
    [
      ...[engine.tileWidth, ...[dy!, hidden!, weight!, targets!, logSumExp!].map((info) => backend.pointer(info))],
      ...[tokens, vocab, dim, softCap, ignoreIndex, chunkColumns, tokenBlock, groupColumns, groupTokens],
      ...[hiddenParts, weightParts, 4 * padded],
      ...(logits === undefined ? [0, 0] : [backend.pointer(logits), logits.shape[0]!]),
    ],
    items,
    tokens * vocab * dim < 100_000 ? items : 1,
  );
  if (hiddenBytes > 0) {
    const values = [hiddenParts, columnGroups, tokens * padded, padded, dim, gradHidden];
    engine.run('addRowParts', values, tokens, rowsOfChunk(dim));
    engine.pool.release(hiddenParts, hiddenBytes);
  }
  if (weightBytes > 0) {
    const values = [weightParts, tokenGroups, vocab * padded, padded, dim, gradWeight];
    engine.run('addRowParts', values, vocab, rowsOfChunk(dim));
    engine.pool.release(weightParts, weightBytes);
  }
  return results;
};

/** The output head with softmax cross entropy, and its gradient. */
export const linearCrossEntropyKernels: Readonly<Record<string, EngineKernel>> = {
  [linearCrossEntropyKernel]: linearCrossEntropy,
  [linearCrossEntropyGradKernel]: linearCrossEntropyGrad,
};
