import { check, checkOptions } from '@gptloom/core';
import { average } from './pairwise-sum.ts';
import { checkScoreRows } from './probabilities.ts';
import type { ProbabilityRows } from './probabilities.ts';
import { checkSampleWeight } from './sample-weight.ts';
import { indexLabels } from './targets.ts';
import type { ClassLabel, Labels } from './targets.ts';

/** Options of {@link topKAccuracy}. */
export interface TopKAccuracyOptions {
  /** How many of the highest scores count. */
  readonly k: number;
  /** The classes of the columns. Default all that are in `truth`, sorted. */
  readonly labels?: readonly ClassLabel[] | undefined;
  /** A weight for each example. Default 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
}

/**
 * The share of examples whose true class is among the k highest scores; of equal scores the later columns come first.
 * Equal to scikit-learn's `top_k_accuracy_score`, to the last bit.
 *
 * @param truth a label for each example
 * @param scores a row for each example with a score for each class; any finite numbers
 * @throws ShapeError for lists that are empty, of different lengths, or not finite
 * @throws ConfigError for labels that do not fit
 */
export function topKAccuracy(truth: Labels, scores: ProbabilityRows, options: TopKAccuracyOptions): number {
  const who = 'topKAccuracy';
  checkOptions<TopKAccuracyOptions>(who, options, {
    k: check.positiveInteger,
    labels: check.optional(check.array),
    sampleWeight: check.anything,
  });
  const labels = checkScoreRows(who, 'scores', truth, scores, options.labels);
  checkSampleWeight(who, options.sampleWeight, truth.length);
  const index = indexLabels(labels);
  const hits = Array.from(truth, (label, i) => {
    const row = Array.from(scores[i]!);
    const own = index.get(label)!;
    const ahead = row.filter((score, c) => score > row[own]! || (score === row[own]! && c > own));
    return ahead.length < options.k ? 1 : 0;
  });
  return average(hits, options.sampleWeight);
}
