import { check, checkOptions } from '@gptloom/core';
import { checkTwoClasses } from './log-loss.ts';
import type { ProbabilityOptions } from './log-loss.ts';
import { average, pairwiseSum } from './pairwise-sum.ts';
import { areRows, checkProbability, checkProbabilityRows } from './probabilities.ts';
import type { ProbabilityRows } from './probabilities.ts';
import { checkSampleWeight } from './sample-weight.ts';
import { indexLabels } from './targets.ts';
import type { ClassLabel, Labels } from './targets.ts';
import { checkRanking } from './threshold-counts.ts';

/** Options of {@link brierScore}. */
export interface BrierScoreOptions extends ProbabilityOptions {
  /** The class whose probabilities are given, where they are single numbers. Default the greater label in `truth`. */
  readonly positiveLabel?: ClassLabel | undefined;
}

/**
 * The Brier score (Brier 1950): the mean squared difference between probabilities and what happened. Equal to
 * scikit-learn's `brier_score_loss`, to the last bit: from 0 to 1 for two classes, from 0 to 2 for more.
 *
 * @param truth a label for each example
 * @param probabilities the probability of the positive class for each example, or a row with one for each class
 * @throws ShapeError for lists that are empty, of different lengths, or no probabilities
 * @throws ConfigError for labels that do not fit
 */
export function brierScore(
  truth: Labels,
  probabilities: ArrayLike<number> | ProbabilityRows,
  options: BrierScoreOptions = {},
): number {
  const who = 'brierScore';
  checkOptions<BrierScoreOptions>(who, options, {
    labels: check.optional(check.array),
    sampleWeight: check.anything,
    positiveLabel: check.anything,
  });
  const { sampleWeight, positiveLabel } = options;
  if (!areRows(probabilities)) {
    const { positive } = checkRanking(who, truth, probabilities, { sampleWeight, positiveLabel });
    const errors = positive.map((isPositive, i) => {
      const probability = probabilities[i]!;
      checkProbability(who, probability, i);
      const happened = isPositive ? 1 : 0;
      return (1 - happened - (1 - probability)) ** 2 + (happened - probability) ** 2;
    });
    return average(errors, sampleWeight) * 0.5;
  }
  const labels = checkProbabilityRows(who, truth, probabilities, options.labels);
  checkSampleWeight(who, sampleWeight, truth.length);
  checkTwoClasses(who, labels);
  const index = indexLabels(labels);
  const errors = Array.from(truth, (label, i) => {
    const happened = index.get(label)!;
    return pairwiseSum(Array.from(probabilities[i]!, (p, c) => ((c === happened ? 1 : 0) - p) ** 2));
  });
  return average(errors, sampleWeight) * (labels.length < 3 ? 0.5 : 1);
}
