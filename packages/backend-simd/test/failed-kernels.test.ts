import * as tf from '@tensorflow/tfjs';
import * as ops from '@gptloom/ops';
import { afterEach, describe, expect, it } from 'vitest';
import { onSimd, usedBytes } from './on-simd.ts';

interface Pool {
  allocate: (bytes: number) => number;
}
const poolOf = (): Pool => (tf.backend() as unknown as { readonly engine: { readonly pool: Pool } }).engine.pool;

describe('a kernel that finds no memory', () => {
  onSimd();
  let mend = (): void => undefined;
  afterEach(() => mend());

  /** From its `count`-th call on the pool has nothing to give. */
  function emptyAfter(count: number): void {
    const pool = poolOf();
    const { allocate } = pool;
    let calls = 0;
    pool.allocate = (bytes) => {
      if (++calls > count) throw new Error('full');
      return allocate.call(pool, bytes);
    };
    mend = () => void (pool.allocate = allocate);
  }

  it.each<[string, () => tf.Tensor[], (inputs: tf.Tensor[]) => unknown]>([
    [
      'attention',
      () => [0, 1, 2].map(() => tf.ones([1, 9, 2, 8])),
      ([query, key, value]) => ops.attention(query as tf.Tensor4D, key as tf.Tensor4D, value as tf.Tensor4D, {}),
    ],
    [
      'cachedAttention',
      () => [tf.ones([1, 3, 48]), tf.ones([1, 5, 2, 8]), tf.ones([1, 5, 2, 8])],
      ([packed, key, value]) =>
        ops.cachedAttention(
          packed as tf.Tensor3D,
          { key: key as tf.Tensor4D, value: value as tf.Tensor4D },
          { heads: 2, capacity: 32 },
        ),
    ],
    ['split', () => [tf.ones([6, 8])], ([x]) => tf.split(x!, 3)],
  ])('leaves nothing behind: %s', (_, make, run) => {
    const inputs = make();
    for (const input of inputs) input.mul(1).dispose();
    const [before, tensors] = [usedBytes(), tf.memory().numTensors];
    let failures = 0;
    for (let count = 0; count < 20; count++) {
      emptyAfter(count);
      let failed = false;
      tf.tidy(() => {
        try {
          run(inputs);
        } catch (cause) {
          expect((cause as Error).message).toBe('full');
          failed = true;
        }
      });
      mend();
      expect([usedBytes(), tf.memory().numTensors], `after ${count} blocks`).toEqual([before, tensors]);
      if (!failed) break;
      failures++;
    }
    expect(failures).toBeGreaterThan(1);
    tf.dispose(inputs);
  });
});
