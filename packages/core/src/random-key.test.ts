import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import {
  foldIn,
  randomBits,
  randomInteger,
  randomKey,
  randomNormal,
  randomPermutation,
  randomUniform,
  threefry,
} from './random-key.ts';
import type { RandomKey } from './random-key.ts';

describe('threefry', () => {
  // The known answers of Random123 (kat_vectors, threefry2x32 with 20 rounds).
  it.each<[RandomKey, RandomKey, RandomKey]>([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('of key %s and counter %s is %s', (key, counter, answer) => {
    const out = new Uint32Array(4);
    threefry(key, counter[0], counter[1], out, 1);
    expect([...out]).toEqual([0, ...answer, 0]);
  });
});

describe('randomKey', () => {
  it('gives every integer seed a key of its own', () => {
    const seeds = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    expect(new Set(seeds.map((seed) => randomKey(seed).join())).size).toBe(seeds.length);
    expect(randomKey(1337)).toEqual([0, 1337]);
    expect(randomKey(-1)).toEqual([0xffffffff, 0xffffffff]);
  });

  it.each([0.5, NaN, Infinity, 2 ** 53, '1'])('refuses %s', (seed) => {
    expect(() => randomKey(seed as number)).toThrow(ConfigError);
  });
});

describe('foldIn', () => {
  const key = randomKey(1);

  it('gives the same key for the same data, and leaves the key as it was', () => {
    expect(foldIn(key, 'a')).toEqual(foldIn(key, 'a'));
    expect(foldIn(key, 3)).toEqual(foldIn(key, 3));
    expect(key).toEqual(randomKey(1));
  });

  it('tells numbers, texts and orders apart', () => {
    const names = [
      '',
      '0',
      '1',
      'a',
      'b',
      'ab',
      'ba',
      'blocks.0.up.weight',
      'blocks.1.up.weight',
      'dropout',
      '\0',
      '\0\0',
    ];
    const keys = [...names.map((name) => foldIn(key, name)), ...[0, 1, 2, 97, 2 ** 32 - 1].map((n) => foldIn(key, n))];
    keys.push(
      foldIn(foldIn(key, 1), 2),
      foldIn(foldIn(key, 2), 1),
      foldIn(foldIn(key, 'a'), 'b'),
      foldIn(randomKey(2), 'a'),
    );
    expect(new Set(keys.map(String)).size).toBe(keys.length);
  });

  it('gives streams without correlation', () => {
    const streams = [foldIn(key, 0), foldIn(key, 1), foldIn(key, 'a'), foldIn(key, 'b')].map((k) =>
      randomNormal(k, 20_000),
    );
    for (let i = 0; i < streams.length; i++) {
      for (let j = 0; j < i; j++) {
        let product = 0;
        for (let n = 0; n < 20_000; n++) product += streams[i]![n]! * streams[j]![n]!;
        // Five standard errors of a correlation of zero.
        expect(Math.abs(product / 20_000)).toBeLessThan(5 / Math.sqrt(20_000));
      }
    }
  });

  it.each([-1, 0.5, 2 ** 32, NaN])('refuses the number %s', (data) => {
    expect(() => foldIn(key, data)).toThrow(ConfigError);
  });
});

describe('draws', () => {
  const key = randomKey(7);
  const moments = (values: Float32Array): [number, number] => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
  };

  it('begin the same whatever their number', () => {
    expect(randomBits(key, 5)).toEqual(randomBits(key, 10).slice(0, 5));
    expect(randomUniform(key, 5)).toEqual(randomUniform(key, 8).slice(0, 5));
    expect(randomNormal(key, 5)).toEqual(randomNormal(key, 6).slice(0, 5));
    expect([randomBits(key, 0).length, randomNormal(key, 0).length, randomPermutation(key, 0).length]).toEqual([
      0, 0, 0,
    ]);
  });

  it('are uniform in [0, 1)', () => {
    const values = randomUniform(key, 100_000);
    const [mean, variance] = moments(values);
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
    const bins = new Array<number>(16).fill(0);
    for (const value of values) bins[Math.floor(value * 16)]!++;
    const chiSquare = bins.reduce((sum, n) => sum + (n - 6250) ** 2 / 6250, 0);
    // The 99.9 % point of chi-square with 15 degrees of freedom.
    expect(chiSquare).toBeLessThan(37.7);
    expect(Math.max(...bins)).toBeGreaterThan(0);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  it('are normal: mean 0, variance 1, no skew, kurtosis 3', () => {
    const values = randomNormal(key, 100_001);
    const [mean, variance] = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.015);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
    const power = (exponent: number): number => values.reduce((sum, v) => sum + v ** exponent, 0) / values.length;
    expect(Math.abs(power(3))).toBeLessThan(0.05);
    expect(Math.abs(power(4) - 3)).toBeLessThan(0.15);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('are integers below the limit, all of them likely', () => {
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 12_000; i++) counts[randomInteger(foldIn(key, i), 6)]!++;
    expect(counts.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0)).toBeLessThan(20.5);
    expect(randomInteger(key, 1)).toBe(0);
    expect(randomInteger(key, 2 ** 32)).toBeLessThan(2 ** 32);
    for (const limit of [0, -1, 1.5, 2 ** 33]) expect(() => randomInteger(key, limit)).toThrow(ConfigError);
  });

  it('permute every count, and each order of three is as likely', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.integer(), (count, seed) => {
        const order = randomPermutation(randomKey(seed), count);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
      { numRuns: 50, seed: 1 },
    );
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = randomPermutation(foldIn(key, i), 3).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    expect([...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(20.5);
  });

  it.each([-1, 1.5, NaN])('refuse a count of %s', (count) => {
    expect(() => randomBits(key, count)).toThrow(ConfigError);
  });
});
