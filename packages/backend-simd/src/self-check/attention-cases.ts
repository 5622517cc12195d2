import { randomUniform } from '@gptloom/core';
import { attentionGradKernel, attentionKernel, type AttentionAttributes } from '@gptloom/ops';
import { integers, make, sum, spread, type CaseInput, type KernelCase, type Plain } from './kernel-case.ts';

type Inputs = Parameters<KernelCase['plain']>[0];

const [heads, kvHeads, headDim, valueDim] = [2, 1, 17, 5];

/** Scores, weights and sums of one attention with a batch of one, head by head and query by query. */
interface Weights {
  /** `[heads, queryTime, keyTime]`: before dropout. */
  readonly weights: Plain;
  /** What dropout leaves of each weight. */
  readonly kept: Plain;
  /** Derivative of the cap at each score. */
  readonly slopes: Plain;
  readonly logSumExp: Plain;
}

function plainWeights(x: Inputs, queryTime: number, keyTime: number, attributes: AttentionAttributes): Weights {
  const { scale, causal, window, softCap, alibiSlopes, dropoutRate, dropoutKeys } = attributes;
  const size = heads * queryTime * keyTime;
  const draws =
    dropoutRate > 0 ? randomUniform([dropoutKeys[0]!, dropoutKeys[1]!], size) : new Float32Array(size).fill(1);
  const kept = make(size, (i) => (draws[i]! >= dropoutRate ? 1 / (1 - dropoutRate) : 0));
  const slopes = new Float64Array(size);
  const scores = make(size, (i) => {
    const [j, query, head] = [i % keyTime, Math.floor(i / keyTime) % queryTime, Math.floor(i / keyTime / queryTime)];
    const distance = (x['queryPositions']?.[query] ?? query) - (x['keyPositions']?.[j] ?? j);
    if ((causal && distance < 0) || (window > 0 && Math.abs(distance) >= window)) return -Infinity;
    if (j >= (x['keyLengths']?.[0] ?? keyTime)) return -Infinity;
    const from = (query * heads + head) * headDim;
    const product = scale * sum(headDim, (d) => x['query']![from + d]! * x['key']![j * headDim + d]!);
    const squashed = Math.tanh(product / softCap);
    slopes[i] = softCap > 0 ? 1 - squashed * squashed : 1;
    return (softCap > 0 ? softCap * squashed : product) - (alibiSlopes[head] ?? 0) * distance;
  });
  const logSumExp = make(heads * queryTime, (row) =>
    Math.log(sum(keyTime, (j) => Math.exp(scores[row * keyTime + j]!))),
  );
  const weights = make(size, (i) => Math.exp(scores[i]! - logSumExp[Math.floor(i / keyTime)]!));
  return { weights, kept, slopes, logSumExp };
}

function plainOutput(x: Inputs, { weights, kept }: Weights, queryTime: number, keyTime: number): Plain {
  return make(queryTime * heads * valueDim, (i) => {
    const row = (Math.floor(i / valueDim) % heads) * queryTime + Math.floor(i / valueDim / heads);
    return sum(keyTime, (j) => {
      const at = row * keyTime + j;
      return weights[at]! * kept[at]! * x['value']![j * valueDim + (i % valueDim)]!;
    });
  });
}

function plainGradients(
  x: Inputs,
  { weights, kept, slopes }: Weights,
  queryTime: number,
  keyTime: number,
  { scale }: AttentionAttributes,
): Plain[] {
  const dy = (head: number, query: number, d: number): number => x['dy']![(query * heads + head) * valueDim + d]!;
  const gradScores = make(weights.length, (i) => {
    const [j, query, head] = [i % keyTime, Math.floor(i / keyTime) % queryTime, Math.floor(i / keyTime / queryTime)];
    const along = sum(valueDim, (d) => dy(head, query, d) * x['value']![j * valueDim + d]!);
    const mean = sum(valueDim, (d) => dy(head, query, d) * x['y']![(query * heads + head) * valueDim + d]!);
    return weights[i]! * (along * kept[i]! - mean) * slopes[i]! * scale;
  });
  const over = (term: (head: number, query: number, row: number) => number): number =>
    sum(heads, (head) => sum(queryTime, (query) => term(head, query, (head * queryTime + query) * keyTime)));
  return [
    make(queryTime * heads * headDim, (i) => {
      const row = ((Math.floor(i / headDim) % heads) * queryTime + Math.floor(i / headDim / heads)) * keyTime;
      return sum(keyTime, (j) => gradScores[row + j]! * x['key']![j * headDim + (i % headDim)]!);
    }),
    make(keyTime * headDim, (i) =>
      over((head, query, row) => {
        const at = (query * heads + head) * headDim + (i % headDim);
        return gradScores[row + Math.floor(i / headDim)]! * x['query']![at]!;
      }),
    ),
    make(keyTime * valueDim, (i) =>
      over((head, query, row) => {
        const at = row + Math.floor(i / valueDim);
        return weights[at]! * kept[at]! * dy(head, query, i % valueDim);
      }),
    ),
  ];
}

/** Attention and its gradient of `queryTime` queries over `keyTime` keys. */
function casesOf(
  queryTime: number,
  keyTime: number,
  attributes: AttentionAttributes,
  masks: Readonly<Record<string, CaseInput>>,
): KernelCase[] {
  const inputs = {
    query: spread([1, queryTime, heads, headDim]),
    key: spread([1, keyTime, kvHeads, headDim], 1),
    value: spread([1, keyTime, kvHeads, valueDim], 2),
    ...masks,
  };
  const numbers = Object.fromEntries(Object.entries(inputs).map(([name, { values }]) => [name, values]));
  const weights = plainWeights(numbers, queryTime, keyTime, attributes);
  const y = plainOutput(numbers, weights, queryTime, keyTime);
  const forward: KernelCase = { kernel: attentionKernel, inputs, attributes, plain: () => [y, weights.logSumExp] };
  const float = (shape: readonly number[], values: Plain): CaseInput => ({ shape, values: Float32Array.from(values) });
  const backward: KernelCase = {
    kernel: attentionGradKernel,
    inputs: {
      ...inputs,
      dy: spread([1, queryTime, heads, valueDim], 3),
      y: float([1, queryTime, heads, valueDim], y),
      logSumExp: float([1, heads, queryTime], weights.logSumExp),
    },
    attributes,
    plain: (x) => plainGradients(x, weights, queryTime, keyTime, attributes),
  };
  return [forward, backward];
}

/** Attention in one tile; over several with everything that it can do, by as many threads as there are; and for the next token. */
export function attentionCases(): KernelCase[] {
  const plain: AttentionAttributes = {
    ...{ scale: 0.3, causal: true, window: 0, softCap: 0, alibiSlopes: [], dropoutRate: 0 },
    dropoutKeys: new Uint32Array(0),
  };
  const everything: AttentionAttributes = {
    ...{ scale: 0.3, causal: true, window: 40, softCap: 2, alibiSlopes: [0.1, 0.05], dropoutRate: 0.3 },
    dropoutKeys: Uint32Array.of(1, 2),
  };
  const masks = (queryTime: number): Readonly<Record<string, CaseInput>> => ({
    queryPositions: integers([1, queryTime], (i) => 91 + i),
    keyPositions: integers([1, 99], (j) => j ^ 1),
    keyLengths: integers([1], () => 97),
  });
  return [
    ...casesOf(8, 8, plain, {}),
    ...casesOf(24, 99, everything, masks(24)),
    casesOf(2, 99, everything, masks(2))[0]!,
  ];
}
