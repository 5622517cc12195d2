import * as tf from '@tensorflow/tfjs';
import { ConfigError, ShapeError } from '@gptloom/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cachedAttention, type CachedAttentionOptions, type KeysAndValues } from './cached-attention.ts';
import { packedAttention } from './packed-attention.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const projection = (batch: number, time: number, width: number): tf.Tensor3D =>
  tf.tensor3d(
    Array.from({ length: batch * time * width }, (_, i) => Math.sin(i * i)),
    [batch, time, width],
  );
const part = (x: tf.Tensor3D, from: number, count: number): tf.Tensor3D => tf.slice(x, [0, from, 0], [-1, count, -1]);

// Values and gradients of single calls are compared on every backend by packages/conformance.
describe('cachedAttention', () => {
  it('in pieces gives what packedAttention gives of the whole', () => {
    tf.tidy(() => {
      const whole = projection(2, 7, 8 * 3);
      const options = { heads: 4, kvHeads: 2, window: 3, softCap: 2, capacity: 7 };
      const { capacity: _, ...rest } = options;
      const expected = packedAttention(whole, rest);
      let cached: KeysAndValues | undefined;
      let from = 0;
      for (const count of [2, 1, 4]) {
        const { mixed, ...all } = cachedAttention(part(whole, from, count), cached, options);
        expect([...mixed.dataSync()]).toEqual([...part(expected, from, count).dataSync()]);
        const { mixed: last } = cachedAttention(part(whole, from, count), cached, { ...options, lastOnly: true });
        expect([...last.dataSync()]).toEqual([...part(mixed, count - 1, 1).dataSync()]);
        cached = all;
        from += count;
      }
      expect(cached!.key.shape).toEqual([2, 7, 2, 3]);
      expect([...cached!.value.dataSync()]).toEqual([...tf.slice(whole, [0, 0, 18], [-1, -1, 6]).dataSync()]);
    });
  });

  it('leaves its inputs, and nothing beside its results', () => {
    const [packed, key] = [projection(1, 2, 6), tf.ones([1, 3, 1, 2]) as tf.Tensor4D];
    const before = tf.memory().numTensors;
    tf.dispose(Object.values(cachedAttention(packed, { key, value: key }, { heads: 1, capacity: 9 })) as tf.Tensor[]);
    expect(tf.memory().numTensors).toBe(before);
    expect([...key.dataSync()]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('names what does not fit', () => {
    const attend = (before: KeysAndValues | undefined, options: Partial<CachedAttentionOptions> = {}): unknown =>
      cachedAttention(projection(2, 1, 8), before, { heads: 2, kvHeads: 1, capacity: 4, ...options });
    const stored = (...shape: [number, number, number, number]): tf.Tensor4D => tf.zeros(shape);
    const key = stored(2, 3, 1, 2);
    expect(() => attend({ key: stored(1, 3, 1, 2), value: key })).toThrow(
      /before.key must be float32 \[2, earlier, 1, 2\]/,
    );
    expect(() => attend({ key, value: stored(2, 4, 1, 2) })).toThrow(ShapeError);
    expect(() => attend(undefined, { heads: 3 })).toThrow(/divisible by heads \+ 2 kvHeads = 5/);
    expect(() => attend(undefined, { capacity: 0 })).toThrow(/cachedAttention: capacity must be a positive integer/);
    expect(() => attend(undefined, { lastOnly: 1 as unknown as boolean })).toThrow(ConfigError);
    expect(() => attend(undefined, { causal: false } as object)).toThrow(/no option 'causal'/);
  });
});
