import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {
  FeedForward,
  LayerNorm,
  namedParameters,
  RmsNorm,
  SelfAttention,
  TransformerBlock,
  type FeedForwardOptions,
  type RmsNormOptions,
  type SelfAttentionOptions,
  type SubLayer,
  type TransformerBlockOptions,
} from '@gptloom/layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { contextFor, distance } from './helpers.ts';

interface Flat {
  readonly shape: number[];
  readonly values: number[];
}
interface GoldenCase {
  readonly name: string;
  readonly options: unknown;
  readonly parameters: Readonly<Record<string, Flat>>;
  readonly input: Flat;
  readonly probe: Flat;
  readonly output: Flat;
  readonly gradients: Readonly<Record<string, Flat>>;
  readonly inputGradient: Flat;
}

const golden = JSON.parse(readFileSync(new URL('./golden/layers.json', import.meta.url), 'utf8')) as {
  readonly reference: string;
  readonly cases: GoldenCase[];
};
const tensor = ({ shape, values }: Flat): tf.Tensor3D =>
  tf.tensor(values, shape as [number, number, number], 'float32');

function build({ name, options }: GoldenCase): SubLayer {
  if (name.startsWith('attention')) return new SelfAttention(options as SelfAttentionOptions);
  if (name.startsWith('feed-forward')) return new FeedForward(options as FeedForwardOptions);
  if (name.startsWith('rms')) return new RmsNorm(options as RmsNormOptions);
  return new TransformerBlock({
    attention: new SelfAttention({ embedDim: 8, numHeads: 2 }),
    feedForward: new FeedForward({ embedDim: 8, intermediateDim: 12 }),
    attentionNorm: new LayerNorm({ embedDim: 8 }),
    feedForwardNorm: new LayerNorm({ embedDim: 8 }),
    ...(options as Pick<TransformerBlockOptions, 'normPosition'>),
  });
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe(`equal to ${golden.reference}`, () => {
  test.each(golden.cases)('$name', (golden) => {
    const module = build(golden);
    const parameters = namedParameters(module);
    expect([...parameters.keys()].sort()).toEqual(Object.keys(golden.parameters).sort());
    for (const [path, parameter] of parameters) parameter.assign(tensor(golden.parameters[path]!));
    const input = tf.variable(tensor(golden.input));
    const context = contextFor(module, [2, 5]);
    expect(distance(module.forward(input, context).dataSync(), golden.output.values)).toBeLessThan(1e-5);

    const { grads } = tf.variableGrads(
      () => tf.sum(tf.mul(module.forward(input, context), tensor(golden.probe))) as tf.Scalar,
      [input, ...[...parameters.values()].map((parameter) => parameter.value)],
    );
    expect(distance(grads[input.name]!.dataSync(), golden.inputGradient.values)).toBeLessThan(1e-4);
    for (const [path, parameter] of parameters) {
      const difference = distance(grads[parameter.value.name]!.dataSync(), golden.gradients[path]!.values);
      expect(difference, path).toBeLessThan(1e-4);
    }
  });
});
