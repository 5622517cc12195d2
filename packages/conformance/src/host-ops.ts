import { ignoreIndex as defaultIgnoreIndex, randomUniform } from '@gptloom/core';
import type {
  AttentionOptions,
  CachedAttentionOptions,
  KeyedDropoutOptions,
  GeluOptions,
  LinearCrossEntropyOptions,
  NormOptions,
  PackedAttentionOptions,
} from '@gptloom/ops';
import type { HostTensor, OpCase } from './op-case.ts';

/*
 * The definition of every op in plain loops over float64, for finite differences and as a second opinion beside PyTorch.
 * Written for reading: one output number at a time.
 */

type Values = ArrayLike<number>;
const last = ({ shape }: HostTensor): number => shape[shape.length - 1] ?? 1;
const sum = (count: number, term: (i: number) => number): number => {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
};
const make = (count: number, value: (i: number) => number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => value(i));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** `2 / sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!`: all terms have one sign, so nothing cancels. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

function linear(x: HostTensor, weight: HostTensor, bias?: HostTensor, residual?: HostTensor): Float64Array {
  const [outDim, inDim] = weight.shape as [number, number];
  return make((x.values.length / inDim) * outDim, (i) => {
    const row = Math.floor(i / outDim);
    const out = i % outDim;
    const product = sum(inDim, (k) => x.values[row * inDim + k]! * weight.values[out * inDim + k]!);
    return product + (bias?.values[out] ?? 0) + (residual?.values[i] ?? 0);
  });
}

function norm(x: HostTensor, weight: Values, bias: Values | undefined, eps: number, center: boolean): Float64Array {
  const dim = last(x);
  return make(x.values.length, (i) => {
    const start = i - (i % dim);
    const mean = center ? sum(dim, (k) => x.values[start + k]!) / dim : 0;
    const square = sum(dim, (k) => (x.values[start + k]! - mean) ** 2) / dim;
    return ((x.values[i]! - mean) / Math.sqrt(square + eps)) * weight[i % dim]! + (bias?.[i % dim] ?? 0);
  });
}

function gelu(x: number, approximate: 'tanh' | 'none'): number {
  if (approximate === 'none') return (x / 2) * (1 + erf(x / Math.SQRT2));
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** The kept share of each value, 0 or `1 / (1 - rate)`. */
function dropoutMask({ rate, keys }: KeyedDropoutOptions, rows: number, size: number): Float64Array {
  const draws = Array.from({ length: rows }, (_, b) => randomUniform([keys[2 * b]!, keys[2 * b + 1]!], size));
  return make(rows * size, (i) => (draws[Math.floor(i / size)]![i % size]! >= rate ? 1 / (1 - rate) : 0));
}

function linearCrossEntropy(
  hidden: HostTensor,
  headWeight: HostTensor,
  targets: Values,
  { softCap, ignoreIndex = defaultIgnoreIndex }: LinearCrossEntropyOptions,
): Float64Array {
  const vocab = headWeight.shape[0]!;
  const logits = linear(hidden, headWeight, undefined).map((z) => (softCap ? softCap * Math.tanh(z / softCap) : z));
  return make(targets.length, (i) => {
    const target = targets[i]!;
    if (target === ignoreIndex) return 0;
    const row = logits.subarray(i * vocab, (i + 1) * vocab);
    const largest = Math.max(...row);
    return Math.log(sum(vocab, (v) => Math.exp(row[v]! - largest))) + largest - row[target]!;
  });
}

function attention(inputs: OpCase['inputs'], options: AttentionOptions): Float64Array {
  const { query, key, value, queryPositions, keyPositions, keyLengths, segmentIds } = inputs as Record<
    string,
    HostTensor
  > & {
    query: HostTensor;
    key: HostTensor;
    value: HostTensor;
  };
  const [batch, queryTime, heads, headDim] = query.shape as [number, number, number, number];
  const [, keyTime, kvHeads, valueDim] = value.shape as [number, number, number, number];
  const { scale = 1 / Math.sqrt(headDim), causal = true, window, softCap, alibiSlopes, dropout } = options;
  const mask = dropout === undefined ? undefined : dropoutMask(dropout, batch, heads * queryTime * keyTime);
  const result = new Float64Array(batch * queryTime * heads * valueDim);
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < queryTime; i++)
      for (let h = 0; h < heads; h++) {
        const kvHead = Math.floor(h / (heads / kvHeads));
        const position = queryPositions?.values[b * queryTime + i] ?? i;
        const visible = (j: number): boolean => {
          const distance = position - (keyPositions?.values[b * keyTime + j] ?? j);
          if (causal && distance < 0) return false;
          if (window !== undefined && Math.abs(distance) >= window) return false;
          if (keyLengths && j >= keyLengths.values[b]!) return false;
          return !segmentIds || segmentIds.values[b * keyTime + i] === segmentIds.values[b * keyTime + j];
        };
        const score = (j: number): number => {
          const at = ((b * keyTime + j) * kvHeads + kvHead) * headDim;
          let s = sum(
            headDim,
            (d) => query.values[((b * queryTime + i) * heads + h) * headDim + d]! * key.values[at + d]!,
          );
          s *= scale;
          if (softCap) s = softCap * Math.tanh(s / softCap);
          return s - (alibiSlopes?.[h] ?? 0) * (position - (keyPositions?.values[b * keyTime + j] ?? j));
        };
        const scores = make(keyTime, (j) => (visible(j) ? score(j) : -Infinity));
        const largest = Math.max(...scores);
        if (largest === -Infinity) continue;
        const total = sum(keyTime, (j) => Math.exp(scores[j]! - largest));
        for (let d = 0; d < valueDim; d++) {
          result[((b * queryTime + i) * heads + h) * valueDim + d] = sum(keyTime, (j) => {
            const kept = mask?.[((b * heads + h) * queryTime + i) * keyTime + j] ?? 1;
            const weight = (Math.exp(scores[j]! - largest) / total) * kept;
            return weight * value.values[((b * keyTime + j) * kvHeads + kvHead) * valueDim + d]!;
          });
        }
      }
  return result;
}

/** Queries, keys and values of a projection. */
function takenApart(
  packed: HostTensor,
  { heads, kvHeads = heads }: Pick<PackedAttentionOptions, 'heads' | 'kvHeads'>,
): Record<'query' | 'key' | 'value', HostTensor> {
  const [batch, time, row] = packed.shape as [number, number, number];
  const headDim = row / (heads + 2 * kvHeads);
  const part = (first: number, count: number): HostTensor => ({
    dtype: 'float32',
    shape: [batch, time, count, headDim],
    values: make(batch * time * count * headDim, (i) => {
      const width = count * headDim;
      return packed.values[Math.floor(i / width) * row + first * headDim + (i % width)]!;
    }),
  });
  return { query: part(0, heads), key: part(heads, kvHeads), value: part(heads + kvHeads, kvHeads) };
}

function packedAttention(inputs: OpCase['inputs'], options: PackedAttentionOptions): Float64Array {
  const { heads, kvHeads, ...rest } = options;
  const { queryKeyValue, ...masks } = inputs as Record<string, HostTensor> & { queryKeyValue: HostTensor };
  return attention({ ...masks, ...takenApart(queryKeyValue, { heads, kvHeads }) }, rest);
}

/** What the heads give, then keys and values of all tokens. */
function cachedAttention(inputs: OpCase['inputs'], options: CachedAttentionOptions): Float64Array {
  const { heads, kvHeads, lastOnly = false, window, softCap } = options;
  const parts = takenApart(inputs['queryKeyValue']!, { heads, kvHeads });
  const join = (before: HostTensor | undefined, added: HostTensor): HostTensor => {
    if (before === undefined) return added;
    const [batch, time, ...head] = added.shape as [number, number, number, number];
    const shape = [batch, before.shape[1]! + time, ...head];
    return { dtype: 'float32', shape, values: appended(before, added) };
  };
  const [key, value] = [join(inputs['key'], parts.key), join(inputs['value'], parts.value)];
  const [batch, time, ...head] = parts.query.shape as [number, number, number, number];
  const asked = lastOnly ? 1 : time;
  const row = head[0] * head[1];
  const query: HostTensor = {
    dtype: 'float32',
    shape: [batch, asked, ...head],
    values: make(batch * asked * row, (i) => {
      const [b, at] = [Math.floor(i / (asked * row)), i % (asked * row)];
      return parts.query.values[(b * time + time - asked) * row + at]!;
    }),
  };
  const first = key.shape[1]! - asked;
  const queryPositions: HostTensor = {
    dtype: 'int32',
    shape: [batch, asked],
    values: make(batch * asked, (i) => first + (i % asked)),
  };
  const mixed = attention({ query, key, value, queryPositions }, { window, softCap });
  return Float64Array.of(...mixed, ...Array.from(key.values), ...Array.from(value.values));
}

function appended(x: HostTensor, added: HostTensor): Float64Array {
  const [batch, time, heads, dim] = x.shape as [number, number, number, number];
  const [old, fresh] = [time * heads * dim, added.shape[1]! * heads * dim];
  return make(batch * (old + fresh), (i) => {
    const row = Math.floor(i / (old + fresh));
    const at = i % (old + fresh);
    return at < old ? x.values[row * old + at]! : added.values[row * fresh + at - old]!;
  });
}

/** The output of a case in float64. */
export function hostOp({ op, inputs, options }: OpCase): Float64Array {
  const t = inputs as Record<string, HostTensor>;
  switch (op) {
    case 'linear':
      return linear(t['x']!, t['weight']!, t['bias'], t['residual']);
    case 'linearGelu': {
      const product = linear(t['x']!, t['weight']!, t['bias']);
      return product.map((y) => gelu(y, (options as GeluOptions).approximate ?? 'tanh'));
    }
    case 'embedding': {
      const dim = last(t['weight']!);
      return make(
        t['ids']!.values.length * dim,
        (i) => t['weight']!.values[t['ids']!.values[Math.floor(i / dim)]! * dim + (i % dim)]!,
      );
    }
    case 'layerNorm':
      return norm(t['x']!, t['weight']!.values, t['bias']?.values, (options as NormOptions).eps, true);
    case 'rmsNorm':
      return norm(t['x']!, t['weight']!.values, undefined, (options as NormOptions).eps, false);
    case 'gelu':
      return Float64Array.from(t['x']!.values, (x) => gelu(x, (options as GeluOptions).approximate ?? 'tanh'));
    case 'swiglu':
      return make(t['gate']!.values.length, (i) => {
        const gate = t['gate']!.values[i]!;
        return gate * sigmoid(gate) * t['up']!.values[i]!;
      });
    case 'dropout': {
      const x = t['x']!;
      const mask = dropoutMask(options as KeyedDropoutOptions, x.shape[0]!, x.values.length / x.shape[0]!);
      return make(x.values.length, (i) => x.values[i]! * mask[i]!);
    }
    case 'linearCrossEntropy':
      return linearCrossEntropy(t['hidden']!, t['headWeight']!, t['targets']!.values, options);
    case 'appendTokens':
      return appended(t['x']!, t['added']!);
    case 'cachedAttention':
      return cachedAttention(inputs, options as CachedAttentionOptions);
    case 'attention':
      return attention(inputs, options);
    case 'packedAttention':
      return packedAttention(inputs, options as PackedAttentionOptions);
  }
}
