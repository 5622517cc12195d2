import * as tf from '@tensorflow/tfjs';
import * as ops from '@gptloom/ops';
import { rowsOf, sizeOf } from './kernels/engine-kernel.ts';

/** What a kernel was called with, and what it gave. */
export interface FinishedCall {
  /** Those that are there. */
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  readonly outputs: readonly tf.TensorInfo[];
  readonly attributes: object;
}

/** What a call costs at least. */
export interface KernelCost {
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes read and written. */
  readonly bytes: number;
}

interface CostRule {
  /** A multiplication and an addition are two; an exponential, a root, a division are one each. */
  readonly flops: (call: FinishedCall) => number;
  /** Default: every input and output once. */
  readonly bytes?: (call: FinishedCall) => number;
}

const bytesOf = ({ shape, dtype }: tf.TensorInfo): number => sizeOf(shape) * tf.util.bytesPerElement(dtype);
const total = (tensors: readonly tf.TensorInfo[]): number => tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0);

function allBytes({ inputs, outputs }: FinishedCall): number {
  const read = Object.values(inputs);
  // A result in the bytes of an input, such as a reshaped one, moves nothing.
  if (outputs.every(({ dataId }) => read.some((input) => input.dataId === dataId))) return 0;
  return total(read) + total(outputs);
}

/** So many operations for each number of the first result. */
const perOutput = (operations: number): CostRule => ({
  flops: ({ outputs }) => operations * sizeOf(outputs[0]?.shape ?? [0]),
});

/** So many operations for each number of an input. */
const perInput = (name: string, operations: number): CostRule => ({
  flops: ({ inputs }) => operations * sizeOf(inputs[name]?.shape ?? [0]),
});

/** Copies a part: what is not taken is not read. */
const copy: CostRule = { flops: () => 0, bytes: ({ outputs }) => 2 * total(outputs) };

/** A product: two operations for each number of the result and each term of its sum. */
const product = (terms: (call: FinishedCall) => number): CostRule => ({
  flops: (call) => 2 * sizeOf(call.outputs[0]!.shape) * terms(call),
});

const matMul = product(({ inputs, attributes }) => {
  const { transposeA } = attributes as { readonly transposeA: boolean };
  return inputs['a']!.shape.at(transposeA ? -2 : -1)!;
});

/** So many operations for each number of `x`; a gradient that is added to `sum` in place is read and written. */
const normGradient = (operations: number): CostRule => ({
  ...perInput('x', operations),
  bytes: ({ inputs, outputs }) => {
    const { sum } = inputs;
    return total(Object.values(inputs)) + total(outputs) + (sum === undefined ? 0 : bytesOf(sum));
  },
});

interface AttentionSizes {
  readonly batch: number;
  readonly queryTime: number;
  readonly keyTime: number;
  readonly heads: number;
  /** Numbers of a query and of a value. */
  readonly dims: number;
}

function attentionSizes({ inputs }: FinishedCall): AttentionSizes {
  const [batch, queryTime, heads, headDim] = inputs['query']!.shape as [number, number, number, number];
  const [, keyTime, , valueDim] = inputs['value']!.shape as [number, number, number, number];
  return { batch, queryTime, keyTime, heads, dims: headDim + valueDim };
}

function packedAttentionSizes({ inputs, attributes }: FinishedCall): AttentionSizes {
  const { heads, kvHeads } = attributes as ops.PackedAttentionAttributes;
  const [batch, time, packed] = inputs['queryKeyValue']!.shape as [number, number, number];
  return { batch, queryTime: time, keyTime: time, heads, dims: (2 * packed) / (heads + 2 * kvHeads) };
}

function cachedAttentionSizes({ inputs, outputs, attributes }: FinishedCall): AttentionSizes {
  const { heads, kvHeads } = attributes as ops.CachedAttentionAttributes;
  const [batch, , packed] = inputs['queryKeyValue']!.shape as [number, number, number];
  const [queryTime, keyTime] = outputs.map(({ shape }) => shape[1]!) as [number, number];
  return { batch, queryTime, keyTime, heads, dims: (2 * packed) / (heads + 2 * kvHeads) };
}

/** Products of numbers of a query and a key that it sees, or a weight and a value; masks by length are not counted. */
const attention = (products: number, sizesOf: (call: FinishedCall) => AttentionSizes): CostRule => ({
  flops: (call) => {
    const { causal, window } = call.attributes as ops.AttentionAttributes;
    const { batch, queryTime, keyTime, heads, dims } = sizesOf(call);
    let pairs = 0;
    for (let query = 0; query < queryTime; query++) {
      const seen = causal ? Math.min(keyTime, Math.max(0, keyTime - queryTime + query + 1)) : keyTime;
      pairs += window > 0 ? Math.min(window, seen) : seen;
    }
    return products * batch * heads * pairs * dims;
  },
});

/** `tokens x vocab x dim`, of the output head. */
function headWork({ inputs }: FinishedCall): number {
  return sizeOf(inputs['hidden']!.shape) * inputs['weight']!.shape[0]!;
}

const parametersOf = ({ inputs }: FinishedCall): number =>
  Object.entries(inputs).reduce((sum, [name, { shape }]) => (name.startsWith('value') ? sum + sizeOf(shape) : sum), 0);

/** By the name of the kernel. Those of plain TensorFlow.js that are not here count bytes alone. */
export const costRules: Readonly<Record<string, CostRule>> = {
  [tf.BatchMatMul]: matMul,
  [tf._FusedMatMul]: matMul,
  [ops.linearKernel]: product(({ inputs }) => inputs['x']!.shape.at(-1)!),
  [ops.linearGeluKernel]: {
    flops: ({ inputs, outputs, attributes }) => {
      const { withSlopes } = attributes as ops.LinearGeluAttributes;
      return sizeOf(outputs[0]!.shape) * (2 * inputs['x']!.shape.at(-1)! + (withSlopes ? 9 + 15 : 9));
    },
  },
  [ops.linearGradInputKernel]: product(({ inputs }) => inputs['weight']!.shape[0]!),
  [ops.linearGradWeightKernel]: product(({ inputs }) => rowsOf(inputs['dy']!.shape)),
  [ops.linearGradBiasKernel]: perInput('dy', 1),
  [ops.linearCrossEntropyKernel]: { flops: (call) => 2 * headWork(call) },
  // Logits that were not kept are computed again; then come both gradients.
  [ops.linearCrossEntropyGradKernel]: {
    flops: (call) => {
      const { logits, weight } = call.inputs;
      const [chunks, , words] = logits?.shape ?? [0, 0, 0];
      const again = Math.max(0, 1 - (chunks! * words!) / weight!.shape[0]!);
      return (4 + 2 * again) * headWork(call);
    },
  },
  // Two products of two operations each, over half of `dims` each; five for the gradient.
  [ops.attentionKernel]: attention(2, attentionSizes),
  [ops.attentionGradKernel]: attention(5, attentionSizes),
  [ops.packedAttentionKernel]: attention(2, packedAttentionSizes),
  [ops.packedAttentionGradKernel]: attention(5, packedAttentionSizes),
  // Keys and values are read, and the new ones written; those before stay where they are.
  [ops.cachedAttentionKernel]: {
    ...attention(2, cachedAttentionSizes),
    bytes: ({ inputs, outputs }) => {
      const { key, value, ...packed } = inputs;
      const earlier = [key, value].filter((info) => info !== undefined);
      return total(Object.values(packed)) + 2 * total(outputs) - bytesOf(outputs[0]!) - total(earlier);
    },
  },
  // The tokens before stay where they are.
  [ops.appendTokensKernel]: { flops: () => 0, bytes: ({ inputs }) => 2 * bytesOf(inputs['added']!) },
  [ops.embeddingKernel]: {
    flops: () => 0,
    bytes: ({ inputs, outputs }) => bytesOf(inputs['ids']!) + 2 * total(outputs),
  },
  [ops.embeddingGradKernel]: {
    ...perInput('dy', 1),
    // Of a sum that there is, only the rows that the ids name are read and written.
    bytes: (call) => {
      const { dy, ids, sum } = call.inputs;
      return sum === undefined ? allBytes(call) : bytesOf(ids!) + 3 * bytesOf(dy!);
    },
  },
  [ops.layerNormKernel]: perOutput(8),
  [ops.layerNormGradKernel]: normGradient(14),
  [ops.rmsNormKernel]: perOutput(4),
  [ops.rmsNormGradKernel]: normGradient(10),
  [ops.geluKernel]: perOutput(9),
  [ops.geluGradKernel]: perOutput(16),
  [ops.swigluKernel]: perOutput(5),
  [ops.swigluGradKernel]: perOutput(11),
  [ops.dropoutKernel]: perOutput(1),
  [ops.adamWKernel]: {
    flops: (call) => 12 * parametersOf(call),
    // Value and moments are written where they lie; the gradient is only read.
    bytes: (call) => 4 * 7 * parametersOf(call),
  },
  [ops.squareSumKernel]: { flops: ({ inputs }) => total(Object.values(inputs)) / 2 },
  [tf.SplitV]: copy,
  [tf.Concat]: copy,
  [tf.Slice]: copy,
  [tf.Transpose]: copy,
  [tf.GatherV2]: copy,
  [tf.StridedSlice]: copy,
  [tf.Reverse]: copy,
  [tf.PadV2]: copy,
  [tf.Tile]: copy,
  [tf.Cast]: perOutput(0),
  [tf.Select]: perOutput(0),
  [tf.LogicalNot]: perOutput(0),
  [tf.UnsortedSegmentSum]: perInput('x', 1),
  [tf.ZerosLike]: { flops: () => 0, bytes: ({ outputs }) => total(outputs) },
  [tf.OnesLike]: { flops: () => 0, bytes: ({ outputs }) => total(outputs) },
  [tf.Add]: perOutput(1),
  [tf.AddN]: { flops: ({ inputs, outputs }) => (Object.keys(inputs).length - 1) * sizeOf(outputs[0]!.shape) },
  [tf.Sub]: perOutput(1),
  [tf.Multiply]: perOutput(1),
  [tf.RealDiv]: perOutput(1),
  [tf.Maximum]: perOutput(1),
  [tf.Minimum]: perOutput(1),
  [tf.SquaredDifference]: perOutput(2),
  [tf.Equal]: perOutput(1),
  [tf.NotEqual]: perOutput(1),
  [tf.Greater]: perOutput(1),
  [tf.GreaterEqual]: perOutput(1),
  [tf.Less]: perOutput(1),
  [tf.LessEqual]: perOutput(1),
  [tf.Step]: perOutput(1),
  [tf.Exp]: perOutput(1),
  [tf.Log]: perOutput(1),
  [tf.Sigmoid]: perOutput(3),
  [tf.Tanh]: perOutput(1),
  [tf.Square]: perOutput(1),
  [tf.Sqrt]: perOutput(1),
  [tf.Rsqrt]: perOutput(2),
  [tf.Relu]: perOutput(1),
  [tf.Neg]: perOutput(1),
  [tf.Abs]: perOutput(1),
  [tf.Reciprocal]: perOutput(1),
  [tf.Sum]: perInput('x', 1),
  [tf.Mean]: perInput('x', 1),
  [tf.Max]: perInput('x', 1),
  [tf.Softmax]: perOutput(5),
};

/** What a call of a kernel costs, by the shapes of its tensors. */
export function costOf(kernel: string, call: FinishedCall): KernelCost {
  const rule = costRules[kernel];
  return { flops: rule?.flops(call) ?? 0, bytes: (rule?.bytes ?? allBytes)(call) };
}
