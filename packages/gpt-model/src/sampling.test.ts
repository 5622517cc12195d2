import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, foldIn, randomKey, randomNormal, randomUniform, type RandomKey } from '@gptloom/core';
import { sampleToken, type SamplingOptions } from './sampling.ts';

const key = randomKey(1);
const draws = (logits: Float32Array, options: Parameters<typeof sampleToken>[1], count = 4000): number[] => {
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < count; i++) counts[sampleToken(logits, options, foldIn(key, i))]! += 1 / count;
  return counts;
};

/** The definition: sort all, keep k, keep those that reach p, draw. */
function bySorting(logits: Float32Array, options: SamplingOptions, at: RandomKey): number {
  const { temperature = 1, topK = logits.length, topP = 1 } = options;
  const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, topK);
  const weights = order.map((id) => Math.exp((logits[id]! - logits[order[0]!]!) / temperature));
  const total = weights.reduce((a, b) => a + b);
  let mass = 0;
  const kept = weights.filter((weight) => {
    const taken = mass === 0 || mass < topP * total;
    if (taken) mass += weight;
    return taken;
  });
  let rest = randomUniform(foldIn(at, 'sample'), 1)[0]! * mass;
  return order[kept.findIndex((weight) => (rest -= weight) < 0)]!;
}

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

  test.each([
    { topK: 40 },
    { topP: 0.9 },
    { topP: 0.999_99 },
    { topK: 300, topP: 0.5 },
    { temperature: 0.3, topP: 0.7 },
  ])('of a vocabulary with %j takes what a sort of all ids gives', (options) => {
    for (let seed = 0; seed < 20; seed++) {
      const row = Float32Array.from(randomNormal(randomKey(seed), 5000)).map((value) => value * (1 + (seed % 4)));
      expect(sampleToken(row, options, randomKey(seed))).toBe(bySorting(row, options, randomKey(seed)));
    }
  });

  test('logits without a number are refused', () => {
    expect(() => sampleToken(Float32Array.of(NaN, NaN), {}, key)).toThrow(ConfigError);
    expect(() => sampleToken(Float32Array.of(1, NaN, 2), {}, key)).toThrow(ConfigError);
    expect(() => sampleToken(Float32Array.of(-Infinity), {}, key)).toThrow(ConfigError);
    expect(() => sampleToken(Float32Array.of(1, Infinity), {}, key)).toThrow(ConfigError);
  });
});
