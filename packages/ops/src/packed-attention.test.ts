import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedAttention } from './packed-attention.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

// Values and gradients are compared on every backend by packages/conformance.
describe('packedAttention', () => {
  it('refuses rows that are not made of heads', () => {
    const packed = tf.zeros([1, 2, 10]) as tf.Tensor3D;
    expect(() => packedAttention(packed, { heads: 2, kvHeads: 1 })).toThrow(/divisible by heads \+ 2 kvHeads = 4/);
  });

  it('refuses positions, which it would not look at', () => {
    const positions = { queryPositions: tf.zeros([1, 2], 'int32') };
    expect(() => packedAttention(tf.zeros([1, 2, 6]), { heads: 2, ...positions })).toThrow(/queryPositions is not an/);
  });

  it('refuses numbers of heads that do not divide each other, and that are no numbers', () => {
    const packed = tf.zeros([1, 2, 14]) as tf.Tensor3D;
    expect(() => packedAttention(packed, { heads: 3, kvHeads: 2 })).toThrow(/heads must be divisible by kvHeads/);
    expect(() => packedAttention(packed, { heads: 0 })).toThrow(/heads must be a positive integer/);
  });
});
