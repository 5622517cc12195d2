import { check, checkOptions } from '@gptloom/core';
import { columnSums, confusionMatrix } from './confusion-matrix.ts';
import { pairwiseSum } from './pairwise-sum.ts';
import type { ClassLabel, Labels } from './targets.ts';

/** Options of {@link cohensKappa}. */
export interface CohensKappaOptions {
  /** The classes to count, in this order; others are left out. Default all that occur, sorted. */
  readonly labels?: readonly ClassLabel[] | undefined;
  /** How much a confusion weighs by the distance of the two classes in `labels`. Default `none`: all the same. */
  readonly weights?: 'none' | 'linear' | 'quadratic' | undefined;
  /** A weight for each example. Default 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
}

/**
 * Cohen's kappa (Cohen 1960): the agreement of two annotators beyond chance, `(observed - expected) / (1 - expected)`.
 * Equal to scikit-learn's `cohen_kappa_score`, to the last bit. NaN where all examples share one class, for which it is
 * undefined.
 *
 * @throws ShapeError for lists that are empty, of different lengths, or of mixed kinds
 * @throws ConfigError for `labels` of which none is in `truth`
 */
export function cohensKappa(truth: Labels, predicted: Labels, options: CohensKappaOptions = {}): number {
  checkOptions<CohensKappaOptions>('cohensKappa', options, {
    labels: check.anything,
    weights: check.optional(check.oneOf('none', 'linear', 'quadratic')),
    sampleWeight: check.anything,
  });
  const { labels, sampleWeight, weights = 'none' } = options;
  const { counts } = confusionMatrix(truth, predicted, { labels, sampleWeight });
  const ofPredicted = columnSums(counts);
  const ofTruth = counts.map((row) => pairwiseSum(row));
  const total = pairwiseSum(ofPredicted);
  if (total === 0) return NaN;
  const observed: number[] = [];
  const expected: number[] = [];
  for (let i = 0; i < counts.length; i++) {
    for (let j = 0; j < counts.length; j++) {
      const distance = Math.abs(i - j);
      const weight = weights === 'none' ? Math.min(distance, 1) : weights === 'linear' ? distance : distance ** 2;
      observed.push(weight * counts[i]![j]!);
      expected.push(weight * ((ofPredicted[i]! * ofTruth[j]!) / total));
    }
  }
  const chance = pairwiseSum(expected);
  return chance === 0 ? NaN : 1 - pairwiseSum(observed) / chance;
}
