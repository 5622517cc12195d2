import { check, checkOptions } from '@gptloom/core';
import { countConfusions } from './confusion-matrix.ts';
import { average, pairwiseSum } from './pairwise-sum.ts';
import { checkSampleWeight } from './sample-weight.ts';
import { checkTruthAndPredicted, distinctLabels } from './targets.ts';
import type { Labels } from './targets.ts';

/** Options of metrics that know weights alone. */
export interface WeightOptions {
  /** A weight for each example. Default 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
}

/** Options of {@link balancedAccuracy}. */
export interface BalancedAccuracyOptions extends WeightOptions {
  /** Rescale so that guessing gives 0: `(score - 1/classes) / (1 - 1/classes)`. Default false. */
  readonly adjusted?: boolean | undefined;
}

/**
 * The share of examples whose prediction is right. Equal to scikit-learn's `accuracy_score`, to the last bit.
 *
 * @throws ShapeError for lists that are empty, of different lengths, or of mixed kinds
 */
export function accuracy(truth: Labels, predicted: Labels, options: WeightOptions = {}): number {
  const who = 'accuracy';
  checkOptions<WeightOptions>(who, options, { sampleWeight: check.anything });
  checkTruthAndPredicted(who, truth, predicted);
  checkSampleWeight(who, options.sampleWeight, truth.length);
  const hits = Array.from(truth, (label, i) => (label === predicted[i] ? 1 : 0));
  return average(hits, options.sampleWeight);
}

/**
 * The mean of the recalls of the classes that are in `truth`. Equal to scikit-learn's `balanced_accuracy_score`, to the
 * last bit. With `adjusted` and a single class it is NaN.
 *
 * @throws ShapeError for lists that are empty, of different lengths, or of mixed kinds
 */
export function balancedAccuracy(truth: Labels, predicted: Labels, options: BalancedAccuracyOptions = {}): number {
  const who = 'balancedAccuracy';
  checkOptions<BalancedAccuracyOptions>(who, options, {
    sampleWeight: check.anything,
    adjusted: check.optional(check.boolean),
  });
  checkTruthAndPredicted(who, truth, predicted);
  checkSampleWeight(who, options.sampleWeight, truth.length);
  const counts = countConfusions(truth, predicted, distinctLabels(truth, predicted), options.sampleWeight);
  const recalls = counts.map((row, i) => row[i]! / pairwiseSum(row)).filter((recall) => !Number.isNaN(recall));
  const score = average(recalls);
  if (options.adjusted !== true) return score;
  const chance = 1 / recalls.length;
  return (score - chance) / (1 - chance);
}
