import { check, checkOptions, ConfigError } from '@gptloom/core';
import { average } from './pairwise-sum.ts';
import { areRows, checkProbability, checkProbabilityRows } from './probabilities.ts';
import type { ProbabilityRows } from './probabilities.ts';
import { checkSampleWeight } from './sample-weight.ts';
import { checkSameLength, distinctLabels, indexLabels } from './targets.ts';
import type { ClassLabel, Labels } from './targets.ts';

/** Options of metrics over rows of probabilities. */
export interface ProbabilityOptions {
  /** The classes of the columns. Default all that are in `truth`, sorted. */
  readonly labels?: readonly ClassLabel[] | undefined;
  /** A weight for each example. Default 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
}

/** Refuses a single class, of which every prediction would be right. */
export function checkTwoClasses(who: string, labels: readonly ClassLabel[]): void {
  if (labels.length >= 2) return;
  throw new ConfigError({
    who,
    rule: 'there must be two or more classes',
    received: String(labels[0]),
    suggestion: 'pass labels with the classes of all columns',
  });
}

/**
 * Log loss, in nats: the mean of `-ln p` of the true class, with p kept between 2^-52 and 1 - 2^-52. Equal to
 * scikit-learn's `log_loss` within 1e-15 (relative), which is what logarithms of different libraries differ by.
 *
 * @param truth a label for each example
 * @param probabilities a row for each example with the probability of each class, which sums to 1; or, of two classes, the
 *   probability of the greater one for each example
 * @throws ShapeError for lists that are empty, of different lengths, or no probabilities
 * @throws ConfigError for labels that do not fit, or a single class
 */
export function logLoss(
  truth: Labels,
  probabilities: ArrayLike<number> | ProbabilityRows,
  options: ProbabilityOptions = {},
): number {
  const who = 'logLoss';
  checkOptions<ProbabilityOptions>(who, options, { labels: check.optional(check.array), sampleWeight: check.anything });
  checkSameLength(who, ['truth', 'probabilities'], truth, probabilities);
  const classes = distinctLabels(options.labels ?? truth);
  checkTwoClasses(who, classes);
  const areSingle = classes.length === 2 && !areRows(probabilities);
  const rows = areSingle ? withOther(who, probabilities) : (probabilities as ProbabilityRows);
  const labels = checkProbabilityRows(who, truth, rows, options.labels);
  checkSampleWeight(who, options.sampleWeight, truth.length);
  const index = indexLabels(areSingle ? classes : labels);
  const losses = Array.from(truth, (label, i) => {
    const probability = rows[i]![index.get(label)!]!;
    return -Math.log(Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON));
  });
  return average(losses, options.sampleWeight);
}

/** Rows of two classes from the probabilities of the second. */
function withOther(who: string, probabilities: ArrayLike<number>): ProbabilityRows {
  return Array.from(probabilities, (probability, i) => {
    checkProbability(who, probability, i);
    return [1 - probability, probability];
  });
}
