import { linearCrossEntropyGradKernel, linearCrossEntropyKernel } from '@gptloom/ops';
import { integers, make, sum, spread, type KernelCase, type Plain } from './kernel-case.ts';

const [tokens, dim, ignoreIndex] = [7, 19, 3];

function casesOf(vocab: number, softCap: number): KernelCase[] {
  const inputs = {
    hidden: spread([tokens, dim]),
    weight: spread([vocab, dim], 1),
    targets: integers([tokens], (i) => (i === 2 ? ignoreIndex : (67 * i) % vocab)),
  };
  const [hidden, weight, targets] = [inputs.hidden.values, inputs.weight.values, inputs.targets.values];
  const products = make(tokens * vocab, (i) =>
    sum(dim, (d) => hidden[Math.floor(i / vocab) * dim + d]! * weight[(i % vocab) * dim + d]!),
  );
  const logits = softCap > 0 ? products.map((z) => softCap * Math.tanh(z / softCap)) : products;
  const logSumExp = make(tokens, (t) => Math.log(sum(vocab, (v) => Math.exp(logits[t * vocab + v]!))));
  const dy = spread([tokens], 2);
  const gradLogits = make(tokens * vocab, (i) => {
    const [t, v] = [Math.floor(i / vocab), i % vocab];
    if (targets[t] === ignoreIndex) return 0;
    const slope = softCap > 0 ? 1 - (logits[i]! / softCap) ** 2 : 1;
    return dy.values[t]! * slope * (Math.exp(logits[i]! - logSumExp[t]!) - (targets[t] === v ? 1 : 0));
  });
  const gradients = (): Plain[] => [
    make(tokens * dim, (i) =>
      sum(vocab, (v) => gradLogits[Math.floor(i / dim) * vocab + v]! * weight[v * dim + (i % dim)]!),
    ),
    make(vocab * dim, (i) =>
      sum(tokens, (t) => gradLogits[t * vocab + Math.floor(i / dim)]! * hidden[t * dim + (i % dim)]!),
    ),
  ];
  const losses = make(tokens, (t) =>
    targets[t] === ignoreIndex ? 0 : logSumExp[t]! - logits[t * vocab + targets[t]!]!,
  );
  const attributes = { softCap, ignoreIndex, mostKept: 0 };
  const forward = { kernel: linearCrossEntropyKernel, inputs, plain: () => [losses, logSumExp] };
  const backward = {
    kernel: linearCrossEntropyGradKernel,
    inputs: { ...inputs, dy, logSumExp: { shape: [tokens], values: Float32Array.from(logSumExp) } },
    attributes,
    plain: gradients,
  };
  if (vocab > 192) return [{ ...forward, attributes }, backward];
  // One chunk of words, whose logits are kept in whole panels.
  const columns = 16 * Math.ceil(vocab / 16);
  const kept = make(tokens * columns, (i) =>
    i % columns < vocab ? logits[Math.floor(i / columns) * vocab + (i % columns)]! : 0,
  );
  return [
    { ...forward, attributes: { ...attributes, mostKept: kept.length } },
    backward,
    {
      ...backward,
      inputs: { ...backward.inputs, logits: { shape: [1, tokens, columns], values: Float32Array.from(kept) } },
    },
  ];
}

/**
 * The output head with its loss, and its gradient: of few words, whose logits are kept, and of several chunks of words with a cap of the
 * logits.
 */
export function headCases(): KernelCase[] {
  return [...casesOf(21, 0), ...casesOf(195, 3)];
}
