import * as tf from '@tensorflow/tfjs';
import { foldIn, randomKey, randomNormal } from '@gptloom/core';
import {
  appendTokens,
  attention,
  cachedAttention,
  type AttentionOptions,
  type CachedAttention,
  type KeysAndValues,
} from '@gptloom/ops';
import { describe, expect, it } from 'vitest';
import { onSimd, usedBytes } from './on-simd.ts';

const noise = (name: string, ...shape: number[]): tf.Tensor => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(randomNormal(foldIn(randomKey(1), name), size), shape);
};

/** The same by the operations that it stands for. */
function stepByStep(
  packed: tf.Tensor3D,
  before: KeysAndValues | undefined,
  [heads, kvHeads]: readonly [number, number],
  lastOnly: boolean,
  options: AttentionOptions,
): CachedAttention {
  const [batch, time, row] = packed.shape;
  const headDim = row / (heads + 2 * kvHeads);
  const all = tf.reshape(packed, [batch, time, heads + 2 * kvHeads, headDim]);
  const [query, added, values] = tf.split(all, [heads, kvHeads, kvHeads], 2) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const key = before === undefined ? added : appendTokens(before.key, added, { capacity: 1 });
  const value = before === undefined ? values : appendTokens(before.value, values, { capacity: 1 });
  const asked = lastOnly ? 1 : time;
  const first = key.shape[1] - asked;
  const positions = Array.from({ length: batch * asked }, (_, i) => first + (i % asked));
  const queryPositions = tf.tensor2d(positions, [batch, asked], 'int32');
  const last = tf.slice(query, [0, time - asked, 0, 0], [-1, asked, -1, -1]);
  const mixed = attention(last, key, value, { ...options, queryPositions });
  return { mixed: tf.reshape(mixed, [batch, asked, heads * headDim]), key, value };
}

const numbers = ({ mixed, key, value }: CachedAttention): unknown[] =>
  [mixed, key, value].map((tensor) => [tensor.shape, ...tensor.dataSync()]);

describe('cachedAttention on simd', () => {
  onSimd();

  describe.each([
    ['one head for each', [3, 3], {}],
    ['grouped heads and a window', [4, 2], { window: 5 }],
    ['one key head, a cap and a bias', [4, 1], { softCap: 1.5, alibiSlopes: [1, 0.5, 0.25, 0.125] }],
  ] as const)('equals append and attend bit by bit: %s', (_name, heads, options) => {
    // Few queries read the cache in place, many pack it; 1 token, or so many that keys fill more than a tile.
    it.each([
      [1, 1, 0],
      [1, 1, 130],
      [1, 4, 3],
      [1, 9, 0],
      [1, 9, 120],
      [3, 1, 7],
      [3, 2, 0],
      [2, 7, 97],
    ])('%i rows of %i tokens behind %i', (batch, time, earlier) => {
      tf.tidy(() => {
        const [queryHeads, kvHeads] = heads;
        const packed = noise('packed', batch, time, (queryHeads + 2 * kvHeads) * 19) as tf.Tensor3D;
        const stored = (name: string): tf.Tensor4D => noise(name, batch, earlier, kvHeads, 19) as tf.Tensor4D;
        const before = earlier === 0 ? undefined : { key: stored('key'), value: stored('value') };
        for (const lastOnly of [false, true]) {
          const settings = { ...options, alibiSlopes: 'alibiSlopes' in options ? options.alibiSlopes : undefined };
          const fused = { ...settings, heads: queryHeads, kvHeads, capacity: 200, lastOnly };
          const expected = numbers(stepByStep(packed, before, heads, lastOnly, settings));
          expect(numbers(cachedAttention(packed, before, fused))).toEqual(expected);
        }
      });
    });
  });

  it('writes behind what is there, and leaves shorter caches as they were', () => {
    const packed = noise('next', 1, 1, 12) as tf.Tensor3D;
    const options = { heads: 1, capacity: 64 };
    let cache: CachedAttention = cachedAttention(noise('first', 1, 2, 12) as tf.Tensor3D, undefined, options);
    const start = [...cache.key.dataSync()];
    const grow = (): CachedAttention => cachedAttention(packed, cache, options);
    let longer = grow();
    const [between, before] = [cache, usedBytes()];
    for (let length = 3; length < 32; length++) {
      cache = longer;
      longer = grow();
      tf.dispose([cache.mixed, cache.key, cache.value]);
    }
    // In place: the block of the first pass that grew is that of all.
    expect(usedBytes()).toBe(before);
    expect([...between.key.dataSync()]).toEqual(start);
    expect(longer.key.shape[1]).toBe(32);
    expect([...longer.value.dataSync()].slice(-8)).toEqual([0, 1].flatMap(() => [...packed.dataSync()].slice(8)));
    tf.dispose([longer.mixed, longer.key, longer.value, between.mixed, between.key, between.value, packed]);
  });

  it('has gradients, by the operations that it stands for', () => {
    const packed = noise('packed', 2, 3, 12);
    const key = noise('key', 2, 4, 1, 3) as tf.Tensor4D;
    const gradientOf = (f: (x: tf.Tensor3D) => tf.Tensor): number[] => [
      ...tf
        .grad((x: tf.Tensor) => f(x as tf.Tensor3D))(packed)
        .dataSync(),
    ];
    const options = { heads: 2, kvHeads: 1, capacity: 7, lastOnly: true };
    const gradient = gradientOf((x) => cachedAttention(x, { key, value: key }, options).mixed);
    expect(gradient).toEqual(gradientOf((x) => stepByStep(x, { key, value: key }, [2, 1], true, {}).mixed));
    expect(gradient.some((number) => number !== 0)).toBe(true);
  });
});
