import { describe, expect, it } from 'vitest';
import { golden } from '../test/golden.ts';
import { average, averageWithoutNaN, pairwiseSum } from './pairwise-sum.ts';

describe('pairwiseSum', () => {
  it.each(golden.sums)('of $values.length numbers is numpy.sum to the last bit', ({ values, sum }) => {
    expect(pairwiseSum(values)).toBe(sum);
  });
});

describe('averages', () => {
  it('weigh values', () => {
    expect(average([1, 2, 3])).toBe(2);
    expect(average([1, 4], [3, 1])).toBe(1.75);
  });

  it('leave NaN out, and weights that sum to zero aside', () => {
    expect(averageWithoutNaN([1, NaN, 3])).toBe(2);
    expect(averageWithoutNaN([1, NaN, 3], [1, 9, 3])).toBe(2.5);
    expect(averageWithoutNaN([1, NaN, 3], [0, 1, 0])).toBe(2);
    expect(averageWithoutNaN([NaN])).toBeNaN();
    expect(averageWithoutNaN([])).toBeNaN();
  });
});
