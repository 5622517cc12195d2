import * as tf from '@tensorflow/tfjs';
import { ConfigError } from '@gptloom/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { FeedForward } from './feed-forward.ts';
import { initialize } from './initialize.ts';
import { uniform } from './initializer.ts';
import { LayerNorm } from './layer-norm.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { SelfAttention } from './self-attention.ts';
import { TransformerBlock } from './transformer-block.ts';

const embedDim = 64;
function block(): TransformerBlock {
  return new TransformerBlock({
    attention: new SelfAttention({ embedDim, numHeads: 4 }),
    feedForward: new FeedForward({ embedDim }),
    attentionNorm: new LayerNorm({ embedDim }),
    feedForwardNorm: new LayerNorm({ embedDim }),
  });
}
class Stack extends Module {
  readonly blocks: readonly Module<never, unknown>[];
  constructor(blocks: readonly Module<never, unknown>[]) {
    super();
    this.blocks = blocks;
  }
  forward(x: tf.Tensor): tf.Tensor {
    return x;
  }
}
const standardDeviation = (tensor: tf.Tensor): number => Math.sqrt(tf.moments(tensor).variance.dataSync()[0]!);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('initialize', () => {
  test('draws as GPT-2: 0.02, residual projections 0.02 / sqrt(2 numLayers), biases zero, norms one', () => {
    const blocks = [block(), block(), block()];
    const root = new Stack(blocks);
    initialize(root, { seed: 1 });
    const attention = blocks[1]!.attention as SelfAttention;
    const feedForward = blocks[2]!.feedForward as FeedForward;
    expect(standardDeviation(attention.queryKeyValue!.weight.value)).toBeCloseTo(0.02, 3);
    expect(standardDeviation(feedForward.up.weight.value)).toBeCloseTo(0.02, 3);
    const residual = 0.02 / Math.sqrt(6);
    expect(Math.abs(standardDeviation(attention.output.weight.value) / residual - 1)).toBeLessThan(0.05);
    expect(Math.abs(standardDeviation(feedForward.down.weight.value) / residual - 1)).toBeLessThan(0.05);
    expect(new Set(feedForward.down.bias!.value.dataSync())).toEqual(new Set([0]));
    const norm = blocks[0]!.attentionNorm as LayerNorm;
    expect(new Set(norm.weight.value.dataSync())).toEqual(new Set([1]));
    expect(new Set(norm.bias!.value.dataSync())).toEqual(new Set([0]));
    root.dispose();
  });

  test('depends on seed and path alone, not on the order of construction', () => {
    const draw = (make: () => Linear[], seed: number): Float32Array[] => {
      const linears = make();
      initialize(new Stack(linears), { seed });
      return linears.map((linear) => linear.weight.value.dataSync().slice() as Float32Array);
    };
    const size = { inDim: 8, outDim: 8 };
    const forward = draw(() => [new Linear(size), new Linear(size)], 7);
    const backward = draw(() => {
      const second = new Linear(size);
      return [new Linear(size), second];
    }, 7);
    expect(backward).toEqual(forward);
    expect(forward[0]).not.toEqual(forward[1]);
    expect(draw(() => [new Linear(size), new Linear(size)], 8)[0]).not.toEqual(forward[0]);
  });

  test('leaves values alone that are there', () => {
    const first = new Linear({ inDim: 2, outDim: 2 });
    initialize(first, { seed: 1 });
    const values = first.weight.value.dataSync().slice();
    const root = new Stack([first, new Linear({ inDim: 2, outDim: 3 })]);
    initialize(root, { seed: 2 });
    expect(first.weight.value.dataSync()).toEqual(values);
    expect((root.blocks[1] as Linear).weight.isInitialized).toBe(true);
  });

  test('leaves no tensors but the values, which dispose frees', () => {
    const before = tf.memory().numTensors;
    const linear = new Linear({ inDim: 2, outDim: 2 });
    initialize(linear, { seed: 1 });
    expect(tf.memory().numTensors).toBe(before + 2);
    linear[Symbol.dispose]();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('takes an initializer', () => {
    const linear = new Linear({ inDim: 100, outDim: 100, initializer: uniform(0.5) });
    initialize(linear, { seed: 1 });
    const values = linear.weight.value.dataSync();
    expect(Math.max(...values)).toBeLessThan(0.5);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-0.5);
    expect(standardDeviation(linear.weight.value)).toBeCloseTo(1 / Math.sqrt(12), 2);
  });

  test('checks its options', () => {
    expect(() => initialize(block(), { seed: 0.5 })).toThrow(ConfigError);
  });
});
