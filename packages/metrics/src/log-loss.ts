import { check, checkOptions, ConfigError } from '@gptloom/core';
import { average } from './pairwise-sum.ts';
import { checkProbabilityRows } from './probabilities.ts';
import type { ProbabilityRows } from './probabilities.ts';
import { checkSampleWeight } from './sample-weight.ts';
import { indexLabels } from './targets.ts';
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
 * @param probabilities a row for each example with the probability of each class; each row sums to 1
 * @throws ShapeError for lists that are empty, of different lengths, or no probabilities
 * @throws ConfigError for labels that do not fit, or a single class
 */
export function logLoss(truth: Labels, probabilities: ProbabilityRows, options: ProbabilityOptions = {}): number {
  const who = 'logLoss';
  checkOptions<ProbabilityOptions>(who, options, { labels: check.optional(check.array), sampleWeight: check.anything });
  const labels = checkProbabilityRows(who, truth, probabilities, options.labels);
  checkSampleWeight(who, options.sampleWeight, truth.length);
  checkTwoClasses(who, labels);
  const index = indexLabels(labels);
  const losses = Array.from(truth, (label, i) => {
    const probability = probabilities[i]![index.get(label)!]!;
    return -Math.log(Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON));
  });
  return average(losses, options.sampleWeight);
}
