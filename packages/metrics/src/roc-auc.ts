import { check, checkOptions, ConfigError } from '@gptloom/core';
import { average, pairwiseSum } from './pairwise-sum.ts';
import { checkProbabilityRows } from './probabilities.ts';
import type { ProbabilityRows } from './probabilities.ts';
import { checkSampleWeight } from './sample-weight.ts';
import { indexLabels } from './targets.ts';
import type { ClassLabel, Labels } from './targets.ts';
import { checkRanking, thresholdCounts } from './threshold-counts.ts';
import type { RankingOptions } from './threshold-counts.ts';

/** Options of {@link rocAucMulticlass}. */
export interface RocAucMulticlassOptions {
  /** `ovr`: each class against the rest. `ovo`: each pair of classes (Hand and Till 2001). */
  readonly multiClass: 'ovr' | 'ovo';
  /** The mean over classes or pairs: plain (`macro`) or by prevalence (`weighted`). Default `macro`. */
  readonly average?: 'macro' | 'weighted' | undefined;
  /** The classes of the columns. Default all that are in `truth`, sorted. */
  readonly labels?: readonly ClassLabel[] | undefined;
  /** A weight for each example; for `ovr` only. Default 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
}

function areaUnderCurve(
  positive: readonly boolean[],
  scores: ArrayLike<number>,
  sampleWeight?: ArrayLike<number>,
): number {
  if (!positive.includes(true) || !positive.includes(false)) return NaN;
  const { truePositives, falsePositives } = thresholdCounts(positive, scores, sampleWeight);
  // Points on a straight line between their neighbours change the area's last bits, so they go, as in scikit-learn.
  const isCorner = (values: readonly number[], i: number): boolean =>
    values[i + 1]! - values[i]! - (values[i]! - values[i - 1]!) !== 0;
  const last = truePositives.length - 1;
  const kept = truePositives.map((_, i) => i);
  const corners = kept.filter(
    (i) => i === 0 || i === last || isCorner(truePositives, i) || isCorner(falsePositives, i),
  );
  const [positives, negatives] = [truePositives[last]!, falsePositives[last]!];
  if (positives === 0 || negatives === 0) return NaN;
  const x = [0, ...corners.map((i) => falsePositives[i]! / negatives)];
  const y = [0, ...corners.map((i) => truePositives[i]! / positives)];
  return pairwiseSum(corners.map((_, i) => ((x[i + 1]! - x[i]!) * (y[i + 1]! + y[i]!)) / 2));
}

/**
 * The area under the receiver operating characteristic of a binary ranking: the probability that a positive example has
 * a higher score than a negative one, ties counting half. Equal to scikit-learn's `roc_auc_score`, to the last bit. NaN
 * where `truth` has a single class, for which it is undefined.
 *
 * @param truth a label of one of two classes for each example
 * @param scores how positive each example looks; any finite numbers
 * @throws ShapeError for lists that are empty, of different lengths, or not finite
 * @throws ConfigError for more than two classes
 */
export function rocAuc(truth: Labels, scores: ArrayLike<number>, options: RankingOptions = {}): number {
  const { positive, classes } = checkRanking('rocAuc', truth, scores, options);
  return classes < 2 ? NaN : areaUnderCurve(positive, scores, options.sampleWeight);
}

function overPairs(places: readonly number[], rows: ProbabilityRows, weighted: boolean): number {
  const present = [...new Set(places)].sort((a, b) => a - b);
  const areas: number[] = [];
  const prevalences: number[] = [];
  present.forEach((a, i) => {
    for (const b of present.slice(i + 1)) {
      const chosen = places.map((_, example) => example).filter((e) => places[e] === a || places[e] === b);
      const area = (one: number): number =>
        areaUnderCurve(
          chosen.map((e) => places[e] === one),
          chosen.map((e) => rows[e]![one]!),
        );
      areas.push((area(a) + area(b)) / 2);
      prevalences.push(chosen.length / places.length);
    }
  });
  return average(areas, weighted ? prevalences : undefined);
}

/**
 * The area under the curve for three or more classes, from probabilities. Equal to scikit-learn's
 * `roc_auc_score(multi_class=...)`, to the last bit. NaN where a class of `labels` is not in `truth` (`ovr`, `macro`).
 *
 * @param truth a label for each example
 * @param probabilities a row for each example with the probability of each class; each row sums to 1
 * @throws ShapeError for lists that are empty, of different lengths, or no probabilities
 * @throws ConfigError for labels that do not fit the columns, or weights with `ovo`
 */
export function rocAucMulticlass(
  truth: Labels,
  probabilities: ProbabilityRows,
  options: RocAucMulticlassOptions,
): number {
  const who = 'rocAucMulticlass';
  checkOptions<RocAucMulticlassOptions>(who, options, {
    multiClass: check.oneOf('ovr', 'ovo'),
    average: check.optional(check.oneOf('macro', 'weighted')),
    labels: check.optional(check.array),
    sampleWeight: check.anything,
  });
  const labels = checkProbabilityRows(who, truth, probabilities, options.labels);
  checkSampleWeight(who, options.sampleWeight, truth.length);
  if (labels.length < 3) {
    throw new ConfigError({ who, rule: 'there must be three or more classes', suggestion: 'rocAuc' });
  }
  const index = indexLabels(labels);
  const places = Array.from(truth, (label) => index.get(label)!);
  const weighted = options.average === 'weighted';
  if (options.multiClass === 'ovo') {
    if (options.sampleWeight !== undefined) throw new ConfigError({ who, rule: "sampleWeight needs multiClass 'ovr'" });
    return overPairs(places, probabilities, weighted);
  }
  const weights = new Array<number>(labels.length).fill(0);
  places.forEach((place, i) => (weights[place]! += options.sampleWeight?.[i] ?? 1));
  const areas = labels.map((_, c) => {
    if (weighted && weights[c] === 0) return 0;
    const column = Array.from(probabilities, (row) => row[c]!);
    return areaUnderCurve(
      places.map((place) => place === c),
      column,
      options.sampleWeight,
    );
  });
  return average(areas, weighted ? weights : undefined);
}
