import { ShapeError } from '@gptloom/core';
import {
  attentionGradKernel,
  attentionKernel,
  packedAttentionGradKernel,
  packedAttentionKernel,
  type AttentionAttributes,
  type PackedAttentionAttributes,
} from '@gptloom/ops';
import { threadScratchBytes } from '../memory-map.ts';
import { dropoutThreshold } from './dropout.ts';
import { sizeOf, type EngineKernel, type KernelCall } from './engine-kernel.ts';

type Info = KernelCall['inputs'][string];

/** Keys of one tile, as in assembly/attention-settings.ts. */
const keyBlock = 96;

/** Multiply-adds below which a second thread does not pay. */
const smallWork = 100_000;

/** Multiply-adds of a few queries below which a second thread does not pay. */
const smallDecode = 40_000;

/** The most queries for which keys and values are read in place: packing them would cost as much as the rest. */
const fewQueries = 4;

/** The fewest key heads of a batch that are items of their own: threads end together. */
const enoughHeads = 16;

/** Wider windows show the same, and positions beside them must not leave the range of int32. */
const widestWindow = 2 ** 30;

/** The widest heads of which a few queries fit into a thread's working space. */
const maxDim = 16_384;

/** Bytes of a thread's working space beside what it needs for each query. */
const smallBytes = 4096;

const wholePanels = (n: number): number => Math.ceil(n / 16) * 16;

/** Bytes of a thread's working space that the gradient, which needs the most, takes for each query. */
function bytesOfQuery(headDim: number, valueDim: number): number {
  return 4 * (3 * wholePanels(headDim) + 2 * wholePanels(valueDim) + 2 * keyBlock + 4);
}

/**
 * Queries that go through the tiles together: at most 48, multiples of the tile's 6, so many that what the gradient holds
 * of them fits into a thread's working space.
 */
export function queriesOfBlock(headDim: number, valueDim: number): number {
  if (Math.max(headDim, valueDim) > maxDim) {
    throw new ShapeError({
      who: 'attention',
      rule: `headDim and valueDim must be at most ${maxDim} on simd`,
      received: `${headDim} and ${valueDim}`,
    });
  }
  const fitting = Math.floor((threadScratchBytes - smallBytes) / bytesOfQuery(headDim, valueDim) / 6) * 6;
  return Math.max(6, Math.min(48, fitting));
}

/** Where the first query, key and value lie, and how many numbers from one token to the next. */
export interface AttentionLayout {
  readonly batch: number;
  readonly queryTime: number;
  readonly keyTime: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly valueDim: number;
  /** Queries that go through the tiles together. */
  readonly queryBlock: number;
  readonly pointers: Readonly<Record<'query' | 'key' | 'value', number>>;
  readonly rows: readonly [query: number, key: number, value: number];
  /** Position of the first query, where no tensor says those of all. Default 0. */
  readonly firstPosition?: number;
}

/** Where the result goes. */
interface AttentionOutputs {
  readonly y: number;
  readonly logSumExp: number;
}

/** Queries, keys and values in tensors of their own. */
function separateLayout({ inputs, backend }: KernelCall): AttentionLayout {
  const [query, key, value] = ['query', 'key', 'value'].map((name) => inputs[name]!) as [Info, Info, Info];
  const [batch, queryTime, heads, headDim] = query.shape as [number, number, number, number];
  const [, keyTime, kvHeads, valueDim] = value.shape as [number, number, number, number];
  return {
    ...{ batch, queryTime, keyTime, heads, kvHeads, headDim, valueDim },
    queryBlock: queriesOfBlock(headDim, valueDim),
    pointers: { query: backend.pointer(query), key: backend.pointer(key), value: backend.pointer(value) },
    rows: [heads * headDim, kvHeads * headDim, kvHeads * valueDim],
  };
}

/** Queries, keys and values side by side in the rows of a tensor that begins at `first`. */
function packedLayout({ inputs, attributes }: KernelCall, first: number): AttentionLayout {
  const { heads, kvHeads } = attributes as PackedAttentionAttributes;
  const [batch, time, row] = inputs['queryKeyValue']!.shape as [number, number, number];
  const headDim = row / (heads + 2 * kvHeads);
  const key = first + 4 * heads * headDim;
  return {
    ...{ batch, queryTime: time, keyTime: time, heads, kvHeads, headDim, valueDim: headDim },
    queryBlock: queriesOfBlock(headDim, headDim),
    pointers: { query: first, key, value: key + 4 * kvHeads * headDim },
    rows: [row, row, row],
  };
}

/** Whether so many bytes of packed keys and values fit into a thread's working space too. */
function fitsScratch({ headDim, valueDim, queryBlock }: AttentionLayout, bytes: number): boolean {
  return bytes + queryBlock * bytesOfQuery(headDim, valueDim) + smallBytes <= threadScratchBytes;
}

/** AttentionSettings, written anew for each call: an array that is made for each costs more than all else that is done for a token. */
const settings = settingsOf(new Int32Array(38));

function settingsOf(words: Int32Array<ArrayBuffer>): { readonly words: Int32Array; readonly numbers: Float32Array } {
  return { words, numbers: new Float32Array(words.buffer) };
}

const maskNames = ['queryPositions', 'keyPositions', 'keyLengths', 'segmentIds'];

/** Where keys and values are packed: so many bytes for each key head, in a block for all or in the threads' working space. */
interface Workspace {
  readonly stride: number;
  readonly shared: boolean;
}

/** Writes what the kernels of an attention are to do, in the order of AttentionSettings; runs them, and frees what they worked in. */
function runAttention(
  { inputs, backend, attributes }: KernelCall,
  layout: AttentionLayout,
  { stride, shared }: Workspace,
  pointers: Readonly<Record<string, number>>,
  kernels: (settings: number) => void,
): void {
  const { engine } = backend;
  const { batch, queryTime, keyTime, heads, kvHeads, headDim, valueDim } = layout;
  const { scale, causal, window, softCap, alibiSlopes, dropoutRate, dropoutKeys } = attributes as AttentionAttributes;
  const optional = (name: string): number => (inputs[name] === undefined ? 0 : backend.pointer(inputs[name]));
  const workspaceBytes = shared ? stride * batch * kvHeads : 0;
  const workspace = shared ? engine.pool.allocate(workspaceBytes) : 0;
  const at = (name: string): number => pointers[name] ?? backend.pointer(inputs[name]!);
  // Before the words: what is written for these pointers must not come between the words and the kernels that read them.
  const [sources, masks] = [['y', 'logSumExp'].map(at), maskNames.map(optional)];
  const runWith = (slopes: number): void => {
    settings.words.set([
      ...[layout.pointers.query, layout.pointers.key, layout.pointers.value, ...sources],
      ...masks,
      ...[alibiSlopes.length > 0 ? slopes : 0, dropoutRate > 0 ? slopes + 4 * alibiSlopes.length : 0],
      ...[queryTime, keyTime, heads, kvHeads, headDim, valueDim],
      ...[0, Number(causal), Math.min(window, widestWindow), 0, dropoutThreshold(dropoutRate), 0],
      ...[workspace, stride, layout.queryBlock],
      ...[pointers['dy'] ?? 0, pointers['gradQuery'] ?? 0, pointers['gradKey'] ?? 0, pointers['gradValue'] ?? 0],
      ...layout.rows,
      layout.firstPosition ?? 0,
    ]);
    const { numbers } = settings;
    [numbers[17], numbers[20], numbers[22]] = [scale, softCap, 1 / (1 - dropoutRate)];
    engine.withWords(settings.words, kernels);
  };
  const extra = alibiSlopes.length + dropoutKeys.length;
  if (extra === 0) runWith(0);
  else {
    const words = new Int32Array(extra);
    new Float32Array(words.buffer).set(alibiSlopes);
    words.set(dropoutKeys, alibiSlopes.length);
    engine.withWords(words, runWith);
  }
  if (shared) engine.pool.release(workspace, workspaceBytes);
}

/** Chunk that leaves small jobs to one thread. */
function chunkOf(items: number, work: number): number {
  return work < smallWork ? Math.max(1, items) : 1;
}

/** Attention of any queries. */
function attendPacked(call: KernelCall, layout: AttentionLayout, outputs: AttentionOutputs): void {
  const { backend } = call;
  const { batch, queryTime, keyTime, heads, kvHeads, headDim, valueDim } = layout;
  const stride = 4 * wholePanels(keyTime) * (headDim + wholePanels(valueDim));
  const work = batch * heads * queryTime * keyTime * (headDim + valueDim);
  const keyHeads = batch * kvHeads;
  const chunk = chunkOf(keyHeads, work);
  const shared = (work >= smallWork && keyHeads < enoughHeads) || !fitsScratch(layout, stride);
  runAttention(call, layout, { stride, shared }, { ...outputs }, (settings) => {
    if (!shared) {
      backend.engine.run('attentionOfHeads', [settings], keyHeads, chunk);
      return;
    }
    backend.engine.run('attentionPack', [settings], keyHeads, chunk);
    const items = batch * heads * Math.ceil(queryTime / layout.queryBlock);
    backend.engine.run('attention', [settings], items, chunkOf(items, work));
  });
}

/** Attention of a few queries, which reads keys and values in place. */
function decode(call: KernelCall, layout: AttentionLayout, outputs: AttentionOutputs): void {
  const { backend } = call;
  const { batch, queryTime, keyTime, heads, headDim, valueDim } = layout;
  const work = batch * heads * queryTime * keyTime * (headDim + valueDim);
  runAttention(call, layout, { stride: 0, shared: false }, { ...outputs }, (settings) => {
    // Keys and values come from memory, which two threads read faster than one; heads beside each other lie in one run.
    const items = batch * queryTime * heads;
    const chunk = work < smallDecode ? items : Math.ceil(heads / backend.engine.threads);
    backend.engine.run('attentionDecode', [settings], items, chunk);
  });
}

/** Attention into `y` and `logSumExp`, in the way that suits the number of queries. */
export function attend(call: KernelCall, layout: AttentionLayout, outputs: AttentionOutputs): void {
  if (layout.queryTime <= fewQueries) decode(call, layout, outputs);
  else attendPacked(call, layout, outputs);
}

const attention: EngineKernel = (call) => {
  const { backend } = call;
  const layout = separateLayout(call);
  const { batch, queryTime, heads, valueDim } = layout;
  const y = backend.allocate([batch, queryTime, heads, valueDim]);
  const logSumExp = backend.allocate([batch, heads, queryTime]);
  attend(call, layout, { y: backend.pointer(y), logSumExp: backend.pointer(logSumExp) });
  return [y, logSumExp];
};

const packedAttention: EngineKernel = (call) => {
  const { inputs, backend } = call;
  const layout = packedLayout(call, backend.pointer(inputs['queryKeyValue']!));
  const { batch, queryTime, heads, valueDim } = layout;
  const y = backend.allocate([batch, queryTime, heads * valueDim]);
  const logSumExp = backend.allocate([batch, heads, queryTime]);
  attendPacked(call, layout, { y: backend.pointer(y), logSumExp: backend.pointer(logSumExp) });
  return [y, logSumExp];
};

/** The gradients of queries, keys and values, whose layout is that of what they belong to. */
function attendBackward(call: KernelCall, layout: AttentionLayout, gradients: AttentionLayout['pointers']): void {
  const { inputs, backend } = call;
  const { batch, queryTime, keyTime, heads, kvHeads, headDim, valueDim } = layout;
  const { query: gradQuery, key: gradKey, value: gradValue } = gradients;
  const pointers = { dy: backend.pointer(inputs['dy']!), gradQuery, gradKey, gradValue };
  const depth = wholePanels(keyTime);
  const paddedDims = wholePanels(headDim) + wholePanels(valueDim);
  const numbers = depth * (headDim + valueDim + wholePanels(headDim)) + (depth + 8) * paddedDims;
  const stride = Math.ceil((4 * numbers) / 64) * 64;
  const work = batch * heads * queryTime * keyTime * (headDim + valueDim);
  runAttention(call, layout, { stride, shared: !fitsScratch(layout, stride) }, pointers, (settings) => {
    backend.engine.run('attentionGradient', [settings], batch * kvHeads, chunkOf(batch * kvHeads, work));
  });
}

const attentionGrad: EngineKernel = (call) => {
  const { inputs, backend } = call;
  const [query, key, value] = ['query', 'key', 'value'].map((name) => backend.allocate(inputs[name]!.shape)) as [
    Info,
    Info,
    Info,
  ];
  attendBackward(call, separateLayout(call), {
    query: backend.pointer(query),
    key: backend.pointer(key),
    value: backend.pointer(value),
  });
  const gradients = [query, key, value];
  // Without queries no kernel has written the gradients of keys and values.
  if (sizeOf(inputs['query']!.shape) === 0) {
    for (const info of gradients) {
      const size = sizeOf(info.shape);
      backend.engine.run('fill', [backend.pointer(info), 0], size, Math.max(1, size));
    }
  }
  return gradients;
};

const packedAttentionGrad: EngineKernel = (call) => {
  const { inputs, backend } = call;
  const packed = inputs['queryKeyValue']!;
  const gradient = backend.allocate(packed.shape);
  const { pointers } = packedLayout(call, backend.pointer(gradient));
  attendBackward(call, packedLayout(call, backend.pointer(packed)), pointers);
  return gradient;
};

/** Attention and its gradient, without the matrix of weights. */
export const attentionKernels: Readonly<Record<string, EngineKernel>> = {
  [attentionKernel]: attention,
  [attentionGradKernel]: attentionGrad,
  [packedAttentionKernel]: packedAttention,
  [packedAttentionGradKernel]: packedAttentionGrad,
};
