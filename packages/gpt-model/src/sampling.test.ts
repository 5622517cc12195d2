import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, foldIn, randomKey } from '@gptloom/core';
import { sampleToken } from './sampling.ts';

const key = randomKey(1);
const draws = (logits: Float32Array, options: Parameters<typeof sampleToken>[1], count = 4000): number[] => {
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < count; i++) counts[sampleToken(logits, options, foldIn(key, i))]! += 1 / count;
  return counts;
};

describe('sampleToken', () => {
  const logits = Float32Array.from([0.5, 0.3, 0.15, 0.05], Math.log);

  test('temperature 0 takes the largest, the first of equals', () => {
    expect(sampleToken(Float32Array.of(1, 3, 3, 2), { temperature: 0 }, key)).toBe(1);
  });

  test('draws follow the probabilities', () => {
    draws(logits, {}).forEach((share, id) => expect(share).toBeCloseTo(Math.exp(logits[id]!), 1));
  });

  test('temperature 2 flattens as the square root does', () => {
    const roots = [0.5, 0.3, 0.15, 0.05].map(Math.sqrt);
    const total = roots.reduce((a, b) => a + b);
    draws(logits, { temperature: 2 }).forEach((share, id) => expect(share).toBeCloseTo(roots[id]! / total, 1));
  });

  test('top-k keeps k', () => {
    const shares = draws(logits, { topK: 2 });
    expect(shares[2]! + shares[3]!).toBe(0);
    expect(shares[0]).toBeCloseTo(0.625, 1);
  });

  test('top-p keeps the smallest set that reaches p', () => {
    const shares = draws(logits, { topP: 0.75 });
    expect(shares[1]).toBeGreaterThan(0);
    expect(shares[2]! + shares[3]!).toBe(0);
    expect(draws(logits, { topP: 0.01 })[0]).toBeCloseTo(1, 9);
  });

  test('only ever gives an id that may be drawn', () => {
    const values = fc.array(fc.double({ min: -1e30, max: 1e30, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, fc.integer(), fc.double({ min: 0.01, max: 1 }), (row, seed, topP) => {
        const id = sampleToken(Float32Array.from(row), { topP, temperature: 0.7 }, randomKey(seed));
        expect(Number.isInteger(id) && id >= 0 && id < row.length).toBe(true);
      }),
    );
  });

  test('logits without a number are refused', () => {
    expect(() => sampleToken(Float32Array.of(NaN, NaN), {}, key)).toThrow(ConfigError);
    expect(() => sampleToken(Float32Array.of(1, NaN, 2), {}, key)).toThrow(ConfigError);
    expect(() => sampleToken(Float32Array.of(-Infinity), {}, key)).toThrow(ConfigError);
    expect(() => sampleToken(Float32Array.of(1, Infinity), {}, key)).toThrow(ConfigError);
  });
});
