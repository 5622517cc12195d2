import { ShapeError } from '@gptloom/core';
import { attentionGradKernel, attentionKernel, type AttentionAttributes } from '@gptloom/ops';
import { threadScratchBytes } from '../memory-map.ts';
import { dropoutThreshold } from './dropout.ts';
import { sizeOf, type EngineKernel, type KernelCall } from './engine-kernel.ts';

/** Keys of one tile, as in assembly/attention-settings.ts. */
const keyBlock = 96;

/** Multiply-adds of a few queries below which a second thread does not pay. */
const smallDecode = 40_000;

/** The most queries for which keys and values are read in place: packing them would cost as much as the rest. */
const fewQueries = 4;

/** Bytes of the settings in memory. */
const settingsBytes = 128;

/** The widest heads of which a few queries fit into a thread's working space. */
const maxDim = 16_384;

const wholePanels = (n: number): number => Math.ceil(n / 16) * 16;

/**
 * Queries that go through the tiles together: at most 48, multiples of the tile's 6, so many that what the gradient holds
 * of them fits into a thread's working space.
 */
function queriesOfBlock(headDim: number, valueDim: number): number {
  if (Math.max(headDim, valueDim) > maxDim) {
    throw new ShapeError({
      who: 'attention',
      rule: `headDim and valueDim must be at most ${maxDim} on simd`,
      received: `${headDim} and ${valueDim}`,
    });
  }
  const perQuery = 4 * (3 * wholePanels(headDim) + 2 * wholePanels(valueDim) + 2 * keyBlock + 4);
  const fitting = Math.floor((threadScratchBytes - 4096) / perQuery / 6) * 6;
  return Math.max(6, Math.min(48, fitting));
}

interface AttentionJob {
  readonly batch: number;
  readonly queryTime: number;
  readonly keyTime: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly valueDim: number;
  readonly queryBlock: number;
  /** Writes the settings, with a workspace of so many bytes for each key head, runs, and frees both. */
  run(workspaceStride: number, pointers: Readonly<Record<string, number>>, kernels: (settings: number) => void): void;
}

/** Sizes of an attention, and the words that tell its kernels what to do; the order is that of AttentionSettings. */
function attentionJob({ inputs, backend, attributes }: KernelCall): AttentionJob {
  const { engine } = backend;
  const { scale, causal, window, softCap, alibiSlopes, dropoutRate, dropoutKeys } = attributes as AttentionAttributes;
  const [batch, queryTime, heads, headDim] = inputs['query']!.shape as [number, number, number, number];
  const [, keyTime, kvHeads, valueDim] = inputs['value']!.shape as [number, number, number, number];
  const queryBlock = queriesOfBlock(headDim, valueDim);
  const optional = (name: string): number => (inputs[name] === undefined ? 0 : backend.pointer(inputs[name]));
  const run: AttentionJob['run'] = (workspaceStride, pointers, kernels) => {
    const workspaceBytes = workspaceStride * batch * kvHeads;
    const extraWords = alibiSlopes.length + dropoutKeys.length;
    const settings = engine.pool.allocate(settingsBytes + 4 * extraWords);
    const workspace = engine.pool.allocate(workspaceBytes);
    const slopes = settings + settingsBytes;
    const keys = slopes + 4 * alibiSlopes.length;
    if (alibiSlopes.length > 0) engine.float32(slopes, alibiSlopes.length).set(alibiSlopes);
    if (dropoutKeys.length > 0) engine.int32(keys, dropoutKeys.length).set(dropoutKeys);
    const at = (name: string): number => pointers[name] ?? backend.pointer(inputs[name]!);
    const words = [
      ...[at('query'), at('key'), at('value'), at('y'), at('logSumExp')],
      ...['queryPositions', 'keyPositions', 'keyLengths', 'segmentIds'].map(optional),
      ...[alibiSlopes.length > 0 ? slopes : 0, dropoutRate > 0 ? keys : 0],
      ...[queryTime, keyTime, heads, kvHeads, headDim, valueDim],
      ...[0, Number(causal), window, 0, dropoutThreshold(dropoutRate), 0],
      ...[workspace, workspaceStride, queryBlock],
      ...[pointers['dy'] ?? 0, pointers['gradQuery'] ?? 0, pointers['gradKey'] ?? 0, pointers['gradValue'] ?? 0],
    ];
    engine.writeWords(settings, words, { 17: scale, 20: softCap, 22: 1 / (1 - dropoutRate) });
    kernels(settings);
    engine.pool.release(workspace, workspaceBytes);
    engine.pool.release(settings, settingsBytes + 4 * extraWords);
  };
  return { batch, queryTime, keyTime, heads, kvHeads, headDim, valueDim, queryBlock, run };
}

/** Chunk that leaves small jobs to one thread. */
function chunkOf(items: number, work: number): number {
  return work < 100_000 ? Math.max(1, items) : 1;
}

const attention: EngineKernel = (call) => {
  const { backend } = call;
  const job = attentionJob(call);
  const { batch, queryTime, keyTime, heads, kvHeads, headDim, valueDim, queryBlock } = job;
  const y = backend.allocate([batch, queryTime, heads, valueDim]);
  const logSumExp = backend.allocate([batch, heads, queryTime]);
  const pointers = { y: backend.pointer(y), logSumExp: backend.pointer(logSumExp) };
  const stride = 4 * wholePanels(keyTime) * (headDim + wholePanels(valueDim));
  const work = batch * heads * queryTime * keyTime * (headDim + valueDim);
  if (queryTime <= fewQueries) {
    job.run(0, pointers, (settings) => {
      // Keys and values come from memory, which two threads read faster than one; heads beside each other lie in one run.
      const items = batch * queryTime * heads;
      const chunk = work < smallDecode ? items : Math.ceil(heads / backend.engine.threads);
      backend.engine.run('attentionDecode', [settings], items, chunk);
    });
    return [y, logSumExp];
  }
  job.run(stride, pointers, (settings) => {
    backend.engine.run('attentionPack', [settings], batch * kvHeads, chunkOf(batch * kvHeads, work));
    const items = batch * heads * Math.ceil(queryTime / queryBlock);
    backend.engine.run('attention', [settings], items, chunkOf(items, work));
  });
  return [y, logSumExp];
};

const attentionGrad: EngineKernel = (call) => {
  const { inputs, backend } = call;
  const job = attentionJob(call);
  const { batch, queryTime, keyTime, heads, kvHeads, headDim, valueDim } = job;
  const gradients = [inputs['query']!, inputs['key']!, inputs['value']!].map(({ shape }) => backend.allocate(shape));
  const [gradQuery, gradKey, gradValue] = gradients.map((info) => backend.pointer(info)) as [number, number, number];
  const pointers = { dy: backend.pointer(inputs['dy']!), gradQuery, gradKey, gradValue };
  const depth = wholePanels(keyTime);
  const paddedDims = wholePanels(headDim) + wholePanels(valueDim);
  const numbers = depth * (headDim + valueDim + wholePanels(headDim)) + (depth + 8) * paddedDims;
  const stride = Math.ceil((4 * numbers) / 64) * 64;
  const work = batch * heads * queryTime * keyTime * (headDim + valueDim);
  job.run(stride, pointers, (settings) => {
    backend.engine.run('attentionGradient', [settings], batch * kvHeads, chunkOf(batch * kvHeads, work));
  });
  // Without queries no kernel has written the gradients of keys and values.
  if (sizeOf(inputs['query']!.shape) === 0) {
    for (const info of gradients) {
      const size = sizeOf(info.shape);
      backend.engine.run('fill', [backend.pointer(info), 0], size, Math.max(1, size));
    }
  }
  return gradients;
};

/** Attention and its gradient, without the matrix of weights. */
export const attentionKernels: Readonly<Record<string, EngineKernel>> = {
  [attentionKernel]: attention,
  [attentionGradKernel]: attentionGrad,
};
