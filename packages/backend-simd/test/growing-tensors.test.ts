import * as tf from '@tensorflow/tfjs';
import { appendTokens } from '@gptloom/ops';
import { describe, expect, it } from 'vitest';
import { onSimd, usedBytes } from './on-simd.ts';

/** One row of tokens, each two equal numbers. */
const tokens = (...values: number[]): tf.Tensor4D =>
  tf.tensor4d(
    values.flatMap((v) => [v, v]),
    [1, values.length, 1, 2],
  );
const read = (tensor: tf.Tensor): number[] => [...tensor.dataSync()].filter((_, i) => i % 2 === 0);

describe('appendTokens on simd', () => {
  onSimd();

  it('writes behind what is there: a long sequence takes no more memory with each token', () => {
    const [first, added] = [tokens(0, 1), tokens(7)];
    let sequence = appendTokens(first, added, { capacity: 64 });
    const before = usedBytes();
    for (let length = 4; length <= 64; length++) {
      const longer = appendTokens(sequence, added, { capacity: 64 });
      sequence.dispose();
      sequence = longer;
      if (length <= 32) expect(usedBytes()).toBe(before);
    }
    expect(read(sequence)).toEqual([0, 1, ...new Array<number>(62).fill(7)]);
    tf.dispose([first, added, sequence]);
  });

  it('leaves the shorter sequence as it was, also when two grow from it', () => {
    const [start, a, b] = [tokens(1), tokens(2), tokens(3)];
    const before = usedBytes();
    const stem = appendTokens(start, a, { capacity: 8 });
    const left = appendTokens(stem, a, { capacity: 8 });
    const right = appendTokens(stem, b, { capacity: 8 });
    const further = appendTokens(left, b, { capacity: 8 });
    expect([stem, left, right, further].map(read)).toEqual([
      [1, 2],
      [1, 2, 2],
      [1, 2, 3],
      [1, 2, 2, 3],
    ]);
    stem.dispose();
    left.dispose();
    const other = tokens(9, 9, 9);
    const noise = tf.add(other, 0);
    expect([read(further), read(right)]).toEqual([
      [1, 2, 2, 3],
      [1, 2, 3],
    ]);
    tf.dispose([start, a, b, further, right, other, noise]);
    expect(usedBytes()).toBe(before);
  });

  it('grows beyond the capacity that was foreseen', () => {
    const [start, added] = [tokens(1, 2, 3), tokens(4, 5)];
    const once = appendTokens(start, added, { capacity: 2 });
    const twice = appendTokens(once, added, { capacity: 2 });
    expect(read(twice)).toEqual([1, 2, 3, 4, 5, 4, 5]);
    tf.dispose([start, added, once, twice]);
  });
});
