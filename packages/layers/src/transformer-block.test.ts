import * as tf from '@tensorflow/tfjs';
import { ConfigError } from '@gptloom/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { contextFor, distance, noise, randomizeParameters, tensorsLeftBy } from '../test/helpers.ts';
import { FeedForward, type Activation } from './feed-forward.ts';
import { KeyValueCache } from './key-value-cache.ts';
import { initialize } from './initialize.ts';
import { LayerNorm } from './layer-norm.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { namedParameters } from './module-tree.ts';
import { RmsNorm } from './rms-norm.ts';
import { SelfAttention } from './self-attention.ts';
import { TransformerBlock } from './transformer-block.ts';

function make(
  options: { normPosition?: 'pre' | 'post'; dropout?: number; activation?: Activation } = {},
): TransformerBlock {
  const { activation = 'gelu', ...rest } = options;
  const block = new TransformerBlock({
    attention: new SelfAttention({ embedDim: 8, numHeads: 2, dropout: rest.dropout }),
    feedForward: new FeedForward({ embedDim: 8, activation, dropout: rest.dropout }),
    attentionNorm: new LayerNorm({ embedDim: 8 }),
    feedForwardNorm: new RmsNorm({ embedDim: 8 }),
    ...rest,
  });
  randomizeParameters(block);
  return block;
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('TransformerBlock', () => {
  test("names its parameters as GPT-2's are named here", () => {
    expect([...namedParameters(make()).keys()].sort()).toEqual([
      'attention.output.bias',
      'attention.output.weight',
      'attention.queryKeyValue.bias',
      'attention.queryKeyValue.weight',
      'attentionNorm.bias',
      'attentionNorm.weight',
      'feedForward.down.bias',
      'feedForward.down.weight',
      'feedForward.up.bias',
      'feedForward.up.weight',
      'feedForwardNorm.weight',
    ]);
  });

  test('a change of token t changes nothing before t', () => {
    const blocks = [make(), make({ normPosition: 'post', activation: 'swiglu' })];
    fc.assert(
      fc.property(fc.nat(1), fc.nat(4), fc.integer(), (which, token, seed) => {
        tf.tidy(() => {
          const block = blocks[which]!;
          const context = contextFor(block, [1, 5]);
          const x = noise([1, 5, 8], seed);
          const change = tf.mul(
            tf.reshape(tf.oneHot(tf.tensor1d([token], 'int32'), 5), [1, 5, 1]),
            noise([1, 1, 8], 9),
          );
          const before = block.forward(x, context).dataSync();
          const after = block.forward(tf.add(x, change), context).dataSync();
          expect(after.slice(0, token * 8)).toEqual(before.slice(0, token * 8));
          expect(distance(after.slice(token * 8), before.slice(token * 8))).toBeGreaterThan(1e-6);
        });
      }),
      { numRuns: 30, seed: 2 },
    );
  });

  test('cached equals uncached', () => {
    const block = make({ normPosition: 'post' });
    const x = noise([1, 4, 8], 1);
    const whole = block.forward(x, contextFor(block, [1, 4])).dataSync();
    using cache = new KeyValueCache({ capacity: 4 });
    for (let t = 0; t < 4; t++) {
      const piece = block.forward(tf.slice(x, [0, t, 0], [1, 1, 8]), contextFor(block, [1, 1], { cache }));
      expect(distance(piece.dataSync(), whole.slice(t * 8, t * 8 + 8))).toBeLessThan(1e-5);
      cache.advance();
    }
  });

  test.each(['pre', 'post'] as const)('forwardLast equals the last token of forward: %s', (normPosition) => {
    const block = make({ normPosition });
    const x = noise([2, 7, 8], 1);
    const whole = block.forward(x, contextFor(block, [2, 7]));
    const lastOf = (time: number): Float32Array =>
      tf.slice(whole, [0, time - 1, 0], [-1, 1, 8]).dataSync() as Float32Array;
    expect(distance(block.forwardLast(x, contextFor(block, [2, 7])).dataSync(), lastOf(7))).toBe(0);
    using cache = new KeyValueCache({ capacity: 7 });
    let start = 0;
    // A prompt, one token, and several: the first pass has no positions of its own.
    for (const time of [3, 1, 3]) {
      const piece = tf.slice(x, [0, start, 0], [-1, time, 8]);
      const last = block.forwardLast(piece, contextFor(block, [2, time], { cache }));
      start += time;
      expect(last.shape).toEqual([2, 1, 8]);
      expect(distance(last.dataSync(), lastOf(start))).toBeLessThan(1e-5);
      cache.advance();
    }
  });

  test('forwardLast reads all tokens where a layer of another kind may need them', () => {
    const parts = { attentionNorm: make().attentionNorm, feedForwardNorm: make().feedForwardNorm };
    const layers = {
      attention: new FeedForward({ embedDim: 8 }),
      feedForward: new SelfAttention({ embedDim: 8, numHeads: 2 }),
    };
    const block = new TransformerBlock({ ...parts, ...layers });
    randomizeParameters(block);
    const x = noise([1, 4, 8], 1);
    using cache = new KeyValueCache({ capacity: 4 });
    const last = block.forwardLast(x, contextFor(block, [1, 4], { cache }));
    const whole = block.forward(x, contextFor(block, [1, 4]));
    expect(distance(last.dataSync(), tf.slice(whole, [0, 3, 0], [1, 1, 8]).dataSync())).toBeLessThan(1e-5);
  });

  test('drops in training only; rows 0 to 3 in two batches of 2 equal one batch of 4', () => {
    const block = make({ dropout: 0.3 });
    const plain = make();
    const x = noise([4, 5, 8], 1);
    const run = (layer: TransformerBlock, start: number, rows: number, training: boolean): Float32Array => {
      const globalRows = Array.from({ length: rows }, (_, i) => start + i);
      const context = contextFor(layer, [rows, 5], { training, globalRows, seed: 3, step: 2 });
      return layer
        .forward(tf.slice(x, [start, 0, 0], [rows, 5, 8]), context)
        .dataSync()
        .slice() as Float32Array;
    };
    expect(run(block, 0, 4, false)).toEqual(run(plain, 0, 4, false));
    const whole = run(block, 0, 4, true);
    expect(distance(whole, run(plain, 0, 4, true))).toBeGreaterThan(0.1);
    expect(distance([...run(block, 0, 2, true), ...run(block, 2, 2, true)], whole)).toBeLessThan(1e-6);
  });

  test.each([
    ['pre', 'gelu'],
    ['post', 'swiglu'],
    ['pre', 'squared-relu'],
  ] as const)('gradients equal finite differences: %s, %s, with dropout', (normPosition, activation) => {
    const block = make({ normPosition, activation, dropout: 0.2 });
    const context = contextFor(block, [2, 3], { training: true });
    const x = noise([2, 3, 8], 5);
    const probe = noise([2, 3, 8], 6);
    const loss = (): tf.Scalar => tf.sum(tf.mul(block.forward(x, context), probe)) as tf.Scalar;
    const { grads } = tf.variableGrads(loss);
    const lossAt = (parameter: { assign(values: tf.Tensor): void }, values: tf.Tensor): number =>
      tf.tidy(() => {
        parameter.assign(values);
        return loss().dataSync()[0]!;
      });
    for (const [path, parameter] of namedParameters(block)) {
      // One random direction for each parameter: the slope of the loss along it is the gradient's product with it.
      const start = tf.tidy(() => tf.add(parameter.value, 0));
      const direction = noise(parameter.shape, 7);
      const gradient = grads[parameter.value.name]!;
      const size = 1e-2 / Math.sqrt(parameter.size);
      const up = lossAt(parameter, tf.add(start, tf.mul(direction, size)));
      const down = lossAt(parameter, tf.sub(start, tf.mul(direction, size)));
      parameter.assign(start);
      const slope = tf.sum(tf.mul(gradient, direction)).dataSync()[0]!;
      const scale = Math.sqrt(tf.sum(tf.square(gradient)).dataSync()[0]!) * Math.sqrt(parameter.size);
      expect(Math.abs((up - down) / (2 * size) - slope) / Math.max(1, scale), path).toBeLessThan(1e-2);
    }
  });

  test('adds what a class of its own gives, also where only `forward` is overridden', () => {
    class Doubling extends FeedForward {
      override forward(x: tf.Tensor3D): tf.Tensor3D {
        return tf.mul(x, 2);
      }
    }
    const block = make();
    const parts = {
      attention: block.attention,
      attentionNorm: block.attentionNorm,
      feedForwardNorm: block.attentionNorm,
    };
    const own = new TransformerBlock({ ...parts, feedForward: new Doubling({ embedDim: 8 }) });
    const x = noise([2, 3, 8], 1);
    tf.tidy(() => {
      const context = contextFor(own, [2, 3]);
      const mixed = tf.add(x, block.attention.forward(block.attentionNorm.forward(x, context), context)) as tf.Tensor3D;
      const expected = tf.add(mixed, tf.mul(block.attentionNorm.forward(mixed, context), 2));
      expect(distance(own.forward(x, context).dataSync(), expected.dataSync())).toBeLessThan(1e-6);
    });
  });

  test('takes modules only', () => {
    const block = make();
    const parts = {
      attention: block.attention,
      attentionNorm: block.attentionNorm,
      feedForwardNorm: block.feedForwardNorm,
    };
    expect(() => new TransformerBlock({ ...parts, feedForward: {} as never })).toThrow(ConfigError);
  });

  test('names the part whose output has another shape', () => {
    const narrow = new TransformerBlock({
      attention: make().attention,
      feedForward: new Linear({ inDim: 8, outDim: 1 }),
      attentionNorm: make().attentionNorm,
      feedForwardNorm: make().feedForwardNorm,
    });
    initialize(narrow, { seed: 1 });
    // One column would be broadcast over all eight without a word.
    expect(() => narrow.forward(noise([2, 3, 8], 1), contextFor(narrow, [2, 3]))).toThrow(
      'feedForward must give the shape of its input, [2, 3, 8]; received [2, 3, 1] from Linear',
    );
  });

  test.each(['attention', 'feedForward', 'attentionNorm', 'feedForwardNorm'] as const)(
    'names %s where its forward gives no tensor',
    (part) => {
      const giving = (output: unknown): (() => tf.Tensor3D) => {
        class Own extends Module<tf.Tensor3D, tf.Tensor3D> {
          forward(): tf.Tensor3D {
            return output as tf.Tensor3D;
          }
        }
        const { attention, feedForward, attentionNorm, feedForwardNorm } = make();
        const parts = { attention, feedForward, attentionNorm, feedForwardNorm, [part]: new Own() };
        const block = new TransformerBlock(parts);
        return () => block.forward(noise([2, 3, 8], 1), contextFor(block, [2, 3]));
      };
      const rule = `TransformerBlock: ${part} must give the shape of its input, [2, 3, 8]`;
      expect(giving(undefined)).toThrow(`${rule}; received undefined from Own; try: return a tensor, without async`);
      expect(giving(Promise.resolve(1))).toThrow(`${rule}; received a Promise from Own`);
    },
  );

  test('leaves nothing but its output, also with gradients', () => {
    const block = make({ dropout: 0.1 });
    const x = noise([2, 3, 8], 1);
    const context = contextFor(block, [2, 3], { training: true });
    expect(tensorsLeftBy(() => tf.tidy(() => block.forward(x, context)).dispose())).toBe(0);
    expect(
      tensorsLeftBy(() => {
        const { value, grads } = tf.variableGrads(() => tf.sum(block.forward(x, context)) as tf.Scalar);
        tf.dispose([value, ...Object.values(grads)]);
      }),
    ).toBe(0);
  });
});
