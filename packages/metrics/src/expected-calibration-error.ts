import { check, checkOptions } from '@gptloom/core';
import { checkProbabilityRows } from './probabilities.ts';
import type { ProbabilityRows } from './probabilities.ts';
import { indexLabels } from './targets.ts';
import type { ClassLabel, Labels } from './targets.ts';

/** Options of {@link expectedCalibrationError}. */
export interface CalibrationOptions {
  /** The classes of the columns. Default all that are in `truth`, sorted. */
  readonly labels?: readonly ClassLabel[] | undefined;
  /** Number of bins of equal width between 0 and 1. Default 15. */
  readonly bins?: number | undefined;
}

/**
 * Expected calibration error: how far the confidence of the chosen class is from the share of right choices,
 * `sum over bins of (n_bin / n) |accuracy(bin) - confidence(bin)|`, with bins open below and closed above.
 * Source: Guo et al. 2017, "On calibration of modern neural networks", equation 3. Of equal probabilities the first
 * column is chosen.
 *
 * @param truth a label for each example
 * @param probabilities a row for each example with the probability of each class; each row sums to 1
 * @throws ShapeError for lists that are empty, of different lengths, or no probabilities
 * @throws ConfigError for labels that do not fit
 */
export function expectedCalibrationError(
  truth: Labels,
  probabilities: ProbabilityRows,
  options: CalibrationOptions = {},
): number {
  const who = 'expectedCalibrationError';
  checkOptions<CalibrationOptions>(who, options, {
    labels: check.optional(check.array),
    bins: check.optional(check.positiveInteger),
  });
  const labels = checkProbabilityRows(who, truth, probabilities, options.labels);
  const index = indexLabels(labels);
  const bins = options.bins ?? 15;
  const hits = new Array<number>(bins).fill(0);
  const confidences = new Array<number>(bins).fill(0);
  for (let i = 0; i < truth.length; i++) {
    const row = probabilities[i]!;
    let chosen = 0;
    for (let c = 1; c < labels.length; c++) if (row[c]! > row[chosen]!) chosen = c;
    const confidence = row[chosen]!;
    let bin = Math.min(Math.max(Math.ceil(confidence * bins) - 1, 0), bins - 1);
    // The product rounds; the edges decide.
    if (confidence > (bin + 1) / bins) bin++;
    else if (bin > 0 && confidence <= bin / bins) bin--;
    confidences[bin]! += confidence;
    if (index.get(truth[i]!) === chosen) hits[bin]!++;
  }
  return hits.reduce((sum, hit, bin) => sum + Math.abs(hit - confidences[bin]!), 0) / truth.length;
}
