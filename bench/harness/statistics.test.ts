import { describe, expect, it } from 'vitest';
import { median, quantile, relativeSpeed, spread } from './statistics.ts';

describe('quantile', () => {
  it('interpolates between neighbours, as numpy.quantile', () => {
    expect(quantile([4, 1, 3, 2], 0.1)).toBeCloseTo(1.3, 12);
    expect(quantile([4, 1, 3, 2], 0.9)).toBeCloseTo(3.7, 12);
    expect([0, 1].map((share) => quantile([7, 5, 6], share))).toEqual([5, 7]);
  });

  it('refuses no values', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});

describe('median', () => {
  it('is the middle value, or the mean of two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 2, 1, 4])).toBe(3);
  });

  it('sorts by number, and leaves its argument alone', () => {
    const values = [100, 20, 3];
    expect(median(values)).toBe(20);
    expect(values).toEqual([100, 20, 3]);
  });
});

describe('spread', () => {
  it('is nothing for equal values, and does not depend on the unit', () => {
    expect(spread([2, 2, 2])).toBe(0);
    const values = [9, 10, 10, 11, 14];
    expect(spread(values)).toBeGreaterThan(0);
    expect(spread(values.map((value) => 1000 * value))).toBeCloseTo(spread(values), 12);
  });
});

describe('relativeSpeed', () => {
  it('divides within rounds, so that a slow round counts as much for both', () => {
    // The machine was three times slower for a while. The medians of each alone would say 60 / 10 = 6.
    const reference = [20, 20, 60, 60, 60];
    const values = [10, 10, 30, 30, 10];
    expect(relativeSpeed(values, reference, 'lower')).toBe(2);
  });

  it('is the other way round where more is better', () => {
    expect(relativeSpeed([30, 30], [10, 10], 'higher')).toBe(3);
    expect(relativeSpeed([30, 30], [10, 10], 'lower')).toBeCloseTo(1 / 3, 12);
  });

  it('refuses rounds that do not pair', () => {
    expect(() => relativeSpeed([1, 2], [1], 'lower')).toThrow(/2 and 1/);
  });
});
