import { check, checkOptions, ConfigError, describeValue, ShapeError } from '@gptloom/core';
import type { Check } from '@gptloom/core';
import { areIndicatorRows, countClasses, countIndicators } from './class-counts.ts';
import type { ClassCounts } from './class-counts.ts';
import { averageWithoutNaN, pairwiseSum } from './pairwise-sum.ts';
import { distinctLabels } from './targets.ts';
import type { ClassLabel, IndicatorRows, Labels } from './targets.ts';

/**
 * How the scores of classes become one number. `binary`: the score of the positive class. `micro`: of all decisions
 * together. `macro`: the plain mean. `weighted`: the mean by support. `samples`: the mean over examples, for indicator
 * rows only. `none`: no number but a list.
 */
export type Average = 'binary' | 'micro' | 'macro' | 'weighted' | 'samples' | 'none';

/** Options of {@link precision}, {@link recall}, {@link f1} and {@link precisionRecallF1Support}. */
export interface ScoreOptions<A extends Average = Average> {
  /** Default `binary`; `none` for precisionRecallF1Support. */
  readonly average?: A | undefined;
  /** The classes to score, in this order. Default all that occur, sorted. Not with `binary`. */
  readonly labels?: readonly ClassLabel[] | undefined;
  /** The class whose score `binary` gives. Default 1. */
  readonly positiveLabel?: ClassLabel | undefined;
  /** A weight for each example. Default 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
  /**
   * The score of a class that was never predicted (precision), is never true (recall), or neither (F). `NaN` leaves
   * such classes out of averages. One of 0, 1, NaN and `warn`, scikit-learn's name for 0. Default 0.
   */
  readonly zeroDivision?: number | 'warn' | undefined;
}

/** Options of {@link fBeta}. */
export interface FBetaOptions<A extends Average = Average> extends ScoreOptions<A> {
  /** How much more recall counts than precision: `0 <= beta <= Infinity`. */
  readonly beta: number;
}

/** A list of scores, in the order of the classes, for `none`; otherwise one number. */
export type Score<A extends Average> = A extends 'none' ? number[] : number;

/** What {@link precisionRecallF1Support} gives: lists in the order of `labels` for `none`, otherwise single numbers. */
export interface PrecisionRecallF1Support<A extends Average> {
  /** The classes that were scored. */
  readonly labels: readonly ClassLabel[];
  /** `hits / predicted`. */
  readonly precision: Score<A>;
  /** `hits / true`. */
  readonly recall: Score<A>;
  /** The harmonic mean of precision and recall. */
  readonly f1: Score<A>;
  /** The number of true examples, or their weight; the total for averages. */
  readonly support: Score<A>;
}

interface AllScores {
  readonly labels: readonly ClassLabel[];
  readonly precision: number[];
  readonly recall: number[];
  readonly fScore: number[];
  readonly support: number[];
}

const averages = ['binary', 'micro', 'macro', 'weighted', 'samples', 'none'] as const;

const scoreChecks = {
  average: check.optional(check.oneOf(...averages)),
  labels: check.optional(check.array),
  positiveLabel: check.optional(check.either(check.string, check.integer)),
  sampleWeight: check.anything,
  zeroDivision: check.optional(check.oneOf(0, 1, NaN, 'warn')),
};

const isBeta: Check = (value) =>
  typeof value === 'number' && value >= 0 ? undefined : 'must be a number from 0 to Infinity, both included';

function binaryLabels(who: string, truth: Labels, predicted: Labels, options: ScoreOptions): readonly ClassLabel[] {
  const positive = options.positiveLabel ?? 1;
  if (options.labels !== undefined) {
    throw new ConfigError({
      who,
      rule: "labels has no meaning with average 'binary'",
      suggestion: "positiveLabel, or average 'none'",
    });
  }
  const present = distinctLabels(truth, predicted);
  const otherKind = typeof present[0] !== typeof positive;
  if (present.length > 2 || otherKind || (present.length === 2 && !present.includes(positive))) {
    throw new ConfigError({
      who,
      rule: "average 'binary' needs two classes, one of them positiveLabel",
      received: `positiveLabel ${describeValue(positive)} and classes ${describeValue(present)}`,
      suggestion: "average 'macro', or another positiveLabel",
    });
  }
  return [positive];
}

function count(
  who: string,
  truth: Labels | IndicatorRows,
  predicted: Labels | IndicatorRows,
  average: Average,
  options: ScoreOptions,
): ClassCounts {
  if (areIndicatorRows(truth) || areIndicatorRows(predicted)) {
    if (!areIndicatorRows(truth) || !areIndicatorRows(predicted)) {
      throw new ShapeError({ who, rule: 'truth and predicted must both be labels or both be rows of 0 and 1' });
    }
    if (average === 'binary') {
      throw new ConfigError({ who, rule: "average 'binary' needs labels, not rows", suggestion: "average 'macro'" });
    }
    return countIndicators(who, truth, predicted, options.labels, options.sampleWeight, average === 'samples');
  }
  if (average === 'samples') {
    throw new ConfigError({ who, rule: "average 'samples' needs rows of 0 and 1", suggestion: "average 'macro'" });
  }
  const all = countClasses(
    who,
    truth,
    predicted,
    average === 'binary' ? undefined : options.labels,
    options.sampleWeight,
  );
  if (average !== 'binary') return all;
  return countClasses(who, truth, predicted, binaryLabels(who, truth, predicted, options), options.sampleWeight);
}

function divide(numerators: readonly number[], denominators: readonly number[], ofNothing: number): number[] {
  return numerators.map((numerator, i) => (denominators[i] === 0 ? ofNothing : numerator / denominators[i]!));
}

function scoreAll(
  who: string,
  truth: Labels | IndicatorRows,
  predicted: Labels | IndicatorRows,
  average: Average,
  options: ScoreOptions,
  beta = 1,
): AllScores {
  const counts = count(who, truth, predicted, average, options);
  // Through the false ones and back, as scikit-learn does: with weights it rounds.
  let hits = counts.hits;
  let ofPredicted = counts.predicted.map((value, i) => hits[i]! + (value - hits[i]!));
  let ofTruth = counts.truth.map((value, i) => hits[i]! + (value - hits[i]!));
  const support = ofTruth;
  if (average === 'micro') {
    [hits, ofPredicted, ofTruth] = [[pairwiseSum(hits)], [pairwiseSum(ofPredicted)], [pairwiseSum(ofTruth)]];
  }
  const zeroDivision = options.zeroDivision ?? 'warn';
  const ofNothing = typeof zeroDivision === 'string' ? 0 : zeroDivision;
  const precisions = divide(hits, ofPredicted, ofNothing);
  const recalls = divide(hits, ofTruth, ofNothing);
  const square = beta ** 2;
  const scaledHits = hits.map((value) => (1 + square) * value);
  const denominators = ofTruth.map((value, i) => square * value + ofPredicted[i]!);
  const fScores = beta === Infinity ? recalls : beta === 0 ? precisions : divide(scaledHits, denominators, ofNothing);
  const all = { labels: counts.labels, precision: precisions, recall: recalls, fScore: fScores, support };
  if (average === 'none') return all;
  const weights = average === 'weighted' ? ofTruth : average === 'samples' ? options.sampleWeight : undefined;
  return {
    labels: counts.labels,
    precision: [averageWithoutNaN(precisions, weights)],
    recall: [averageWithoutNaN(recalls, weights)],
    fScore: [averageWithoutNaN(fScores, weights)],
    support: [pairwiseSum(support)],
  };
}

function pick<A extends Average>(scores: number[], average: Average): Score<A> {
  return (average === 'none' ? scores : scores[0]!) as Score<A>;
}

/**
 * Precision: of the examples that were given a class, the share that has it, `hits / predicted`. Equal to scikit-learn's
 * `precision_score`, to the last bit.
 *
 * ```ts
 * import { precision } from '@gptloom/metrics';
 * precision([1, 0, 1], [1, 1, 1]); // 2 / 3
 * precision(['cat', 'dog'], ['cat', 'cat'], { average: 'none' }); // [0.5, 0]
 * ```
 *
 * @param truth a label for each example, or rows of 0 and 1
 * @param predicted the same for the predictions
 * @throws ShapeError for lists that are empty, of different lengths, or of mixed kinds
 * @throws ConfigError for an average that does not fit the classes
 */
export function precision<A extends Average = 'binary'>(
  truth: Labels | IndicatorRows,
  predicted: Labels | IndicatorRows,
  options: ScoreOptions<A> = {},
): Score<A> {
  checkOptions<ScoreOptions>('precision', options, scoreChecks);
  const average = options.average ?? 'binary';
  return pick(scoreAll('precision', truth, predicted, average, options).precision, average);
}

/**
 * Recall: of the examples that have a class, the share that was given it, `hits / true`. Equal to scikit-learn's
 * `recall_score`, to the last bit. Arguments and errors as for {@link precision}.
 */
export function recall<A extends Average = 'binary'>(
  truth: Labels | IndicatorRows,
  predicted: Labels | IndicatorRows,
  options: ScoreOptions<A> = {},
): Score<A> {
  checkOptions<ScoreOptions>('recall', options, scoreChecks);
  const average = options.average ?? 'binary';
  return pick(scoreAll('recall', truth, predicted, average, options).recall, average);
}

/**
 * F-beta (van Rijsbergen 1979): the harmonic mean of precision and recall in which recall counts beta times,
 * `(1 + beta²) hits / (beta² true + predicted)`. Equal to scikit-learn's `fbeta_score`, to the last bit. Arguments and
 * errors as for {@link precision}.
 */
export function fBeta<A extends Average = 'binary'>(
  truth: Labels | IndicatorRows,
  predicted: Labels | IndicatorRows,
  options: FBetaOptions<A>,
): Score<A> {
  checkOptions<FBetaOptions>('fBeta', options, { ...scoreChecks, beta: isBeta });
  const average = options.average ?? 'binary';
  return pick(scoreAll('fBeta', truth, predicted, average, options, options.beta).fScore, average);
}

/**
 * F1, the harmonic mean of precision and recall: `2 hits / (true + predicted)`. Equal to scikit-learn's `f1_score`, to
 * the last bit. Arguments and errors as for {@link precision}.
 */
export function f1<A extends Average = 'binary'>(
  truth: Labels | IndicatorRows,
  predicted: Labels | IndicatorRows,
  options: ScoreOptions<A> = {},
): Score<A> {
  checkOptions<ScoreOptions>('f1', options, scoreChecks);
  const average = options.average ?? 'binary';
  return pick(scoreAll('f1', truth, predicted, average, options).fScore, average);
}

/**
 * Precision, recall, F1 and support at once; per class unless an average is asked for. Equal to scikit-learn's
 * `precision_recall_fscore_support`, to the last bit. Arguments and errors as for {@link precision}.
 */
export function precisionRecallF1Support<A extends Average = 'none'>(
  truth: Labels | IndicatorRows,
  predicted: Labels | IndicatorRows,
  options: ScoreOptions<A> = {},
): PrecisionRecallF1Support<A> {
  checkOptions<ScoreOptions>('precisionRecallF1Support', options, scoreChecks);
  const average = options.average ?? 'none';
  const scores = scoreAll('precisionRecallF1Support', truth, predicted, average, options);
  return {
    labels: scores.labels,
    precision: pick(scores.precision, average),
    recall: pick(scores.recall, average),
    f1: pick(scores.fScore, average),
    support: pick(scores.support, average),
  };
}
