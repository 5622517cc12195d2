import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomKey, randomNormal, ShapeError } from '@gptloom/core';
import { mostLikely } from './most-likely.ts';

const sorted = (logits: Float32Array): number[] => [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);

describe('mostLikely', () => {
  test('is the beginning of the whole order', () => {
    // Few distinct numbers, so that many are equal, and both zeros.
    const number = fc.oneof(fc.constantFrom(0, -0, 1, -1, 1e-40, 3e38, -3e38), fc.float({ noNaN: true }));
    const logits = fc.array(number, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(logits, fc.integer({ min: 1, max: 70 }), (row, count) => {
        const values = Float32Array.from(row).map((value) => (Number.isFinite(value) ? value : 0));
        expect([...mostLikely(values, count)]).toEqual(sorted(values).slice(0, count));
      }),
    );
  });

  test('of a whole vocabulary', () => {
    const logits = Float32Array.from(randomNormal(randomKey(3), 50_257));
    const order = sorted(logits);
    expect([...mostLikely(logits, 40)]).toEqual(order.slice(0, 40));
    expect([...mostLikely(logits, logits.length)]).toEqual(order);
    expect([...mostLikely(logits, logits.length, 2)]).toEqual(order.filter((id) => logits[id]! >= 2));
  });

  test('puts what can not be drawn last', () => {
    expect([...mostLikely(Float32Array.of(-Infinity, 1, -Infinity, 2), 4)]).toEqual([3, 1, 0, 2]);
  });

  test('refuses more logits than its keys can tell apart', () => {
    expect(() => mostLikely(new Float32Array(2 ** 21 + 1), 1)).toThrow(ShapeError);
  });
});
