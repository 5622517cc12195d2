import { check, checkOptions } from '@gptloom/core';
import type { WeightOptions } from './accuracy.ts';
import { columnSums, countConfusions } from './confusion-matrix.ts';
import { pairwiseSum } from './pairwise-sum.ts';
import { checkSampleWeight } from './sample-weight.ts';
import { checkTruthAndPredicted, distinctLabels } from './targets.ts';
import type { Labels } from './targets.ts';

/**
 * Matthews' correlation coefficient for two or more classes (Gorodkin 2004): from -1 to 1, 0 for guessing, and 0 where
 * truth or prediction has a single class. Equal to scikit-learn's `matthews_corrcoef`; with weights within 1e-15.
 *
 * @throws ShapeError for lists that are empty, of different lengths, or of mixed kinds
 */
export function matthewsCorrelation(truth: Labels, predicted: Labels, options: WeightOptions = {}): number {
  const who = 'matthewsCorrelation';
  checkOptions<WeightOptions>(who, options, { sampleWeight: check.anything });
  checkTruthAndPredicted(who, truth, predicted);
  checkSampleWeight(who, options.sampleWeight, truth.length);
  const counts = countConfusions(truth, predicted, distinctLabels(truth, predicted), options.sampleWeight);
  const ofTruth = counts.map((row) => pairwiseSum(row));
  const ofPredicted = columnSums(counts);
  const correct = counts.reduce((sum, row, i) => sum + row[i]!, 0);
  const total = pairwiseSum(ofPredicted);
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const covariance = correct * total - dot(ofTruth, ofPredicted);
  const variances = (total ** 2 - dot(ofPredicted, ofPredicted)) * (total ** 2 - dot(ofTruth, ofTruth));
  return variances === 0 ? 0 : covariance / Math.sqrt(variances);
}
