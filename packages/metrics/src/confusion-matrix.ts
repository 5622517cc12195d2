import { check, checkOptions, ConfigError } from '@gptloom/core';
import { pairwiseSum } from './pairwise-sum.ts';
import { checkSampleWeight } from './sample-weight.ts';
import { checkLabelsOption, checkTruthAndPredicted, distinctLabels, indexLabels } from './targets.ts';
import type { ClassLabel, Labels } from './targets.ts';

/** How often each true class was given each predicted class. */
export interface ConfusionMatrix {
  /** The classes, in the order of rows and columns. */
  readonly labels: readonly ClassLabel[];
  /** `counts[i][j]`: examples of class `labels[i]` that were predicted as `labels[j]`, or their weight or share. */
  readonly counts: readonly (readonly number[])[];
}

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions {
  /** The classes to count, in this order; others are left out. Default all that occur, sorted. */
  readonly labels?: readonly ClassLabel[] | undefined;
  /** A weight for each example. Default 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
  /** Shares of the true class (`truth`), of the predicted class (`predicted`) or of all (`all`). Default `none`: counts. */
  readonly normalize?: 'none' | 'truth' | 'predicted' | 'all' | undefined;
}

/** Counts without checks of the lists, for metrics that have made them. */
export function countConfusions(
  truth: Labels,
  predicted: Labels,
  labels: readonly ClassLabel[],
  sampleWeight?: ArrayLike<number>,
): number[][] {
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  const places = indexLabels(labels);
  for (let i = 0; i < truth.length; i++) {
    const row = places.get(truth[i]!);
    const column = places.get(predicted[i]!);
    if (row !== undefined && column !== undefined) counts[row]![column]! += sampleWeight?.[i] ?? 1;
  }
  return counts;
}

/** The sums of the columns, added from the first row down. */
export function columnSums(counts: readonly (readonly number[])[]): number[] {
  return counts[0]!.map((_, column) => counts.reduce((sum, row) => sum + row[column]!, 0));
}

/**
 * The confusion matrix: rows are true classes, columns predicted ones. Equal to scikit-learn's `confusion_matrix`, to the
 * last bit; shares of nothing are 0.
 *
 * ```ts
 * import { confusionMatrix } from '@gptloom/metrics';
 * confusionMatrix(['cat', 'dog', 'dog'], ['cat', 'dog', 'cat']); // { labels: ['cat', 'dog'], counts: [[1, 0], [1, 1]] }
 * ```
 *
 * @throws ShapeError for lists that are empty, of different lengths, or of mixed kinds
 * @throws ConfigError for `labels` of which none is in `truth`
 */
export function confusionMatrix(
  truth: Labels,
  predicted: Labels,
  options: ConfusionMatrixOptions = {},
): ConfusionMatrix {
  const who = 'confusionMatrix';
  checkOptions<ConfusionMatrixOptions>(who, options, {
    labels: check.optional(check.array),
    sampleWeight: check.anything,
    normalize: check.optional(check.oneOf('none', 'truth', 'predicted', 'all')),
  });
  checkTruthAndPredicted(who, truth, predicted);
  checkSampleWeight(who, options.sampleWeight, truth.length);
  const labels = options.labels ?? distinctLabels(truth, predicted);
  if (options.labels !== undefined) {
    checkLabelsOption(who, labels, truth);
    const present = new Set(distinctLabels(truth));
    if (!labels.some((label) => present.has(label))) {
      throw new ConfigError({ who, rule: 'at least one of labels must be in truth', received: labels.join(', ') });
    }
  }
  const counts = countConfusions(truth, predicted, labels, options.sampleWeight);
  return { labels, counts: normalized(counts, options.normalize ?? 'none') };
}

function normalized(counts: number[][], normalize: 'none' | 'truth' | 'predicted' | 'all'): number[][] {
  if (normalize === 'none') return counts;
  const byColumn = columnSums(counts);
  const all = pairwiseSum(counts.flat());
  return counts.map((row) => {
    const byRow = pairwiseSum(row);
    return row.map((count, column) => {
      const whole = normalize === 'truth' ? byRow : normalize === 'predicted' ? byColumn[column]! : all;
      return whole === 0 ? 0 : count / whole;
    });
  });
}
