import { ConfigError, describeValue, ShapeError } from '@gptloom/core';
import { checkSampleWeight } from './sample-weight.ts';
import {
  checkLabelKind,
  checkLabelsOption,
  checkSameLength,
  checkTruthAndPredicted,
  distinctLabels,
  indexLabels,
} from './targets.ts';
import type { ClassLabel, IndicatorRows, Labels } from './targets.ts';

/** For each class (or example): the hits, how often it was predicted, and how often it is true. */
export interface ClassCounts {
  readonly labels: readonly ClassLabel[];
  readonly hits: readonly number[];
  readonly predicted: readonly number[];
  readonly truth: readonly number[];
}

/** Whether targets are rows of zeros and ones. */
export function areIndicatorRows(targets: Labels | IndicatorRows): targets is IndicatorRows {
  return typeof targets === 'object' && targets !== null && typeof targets[0] === 'object';
}

/** Counts per class where each example has one class. */
export function countClasses(
  who: string,
  truth: Labels,
  predicted: Labels,
  labelsOption: readonly ClassLabel[] | undefined,
  sampleWeight: ArrayLike<number> | undefined,
): ClassCounts {
  checkTruthAndPredicted(who, truth, predicted);
  checkSampleWeight(who, sampleWeight, truth.length);
  if (labelsOption !== undefined) checkLabelsOption(who, labelsOption, truth);
  const labels = labelsOption ?? distinctLabels(truth, predicted);
  const places = indexLabels(labels);
  const zeros = (): number[] => new Array<number>(labels.length).fill(0);
  const [hits, ofPredicted, ofTruth] = [zeros(), zeros(), zeros()];
  for (let i = 0; i < truth.length; i++) {
    const weight = sampleWeight?.[i] ?? 1;
    const trueClass = places.get(truth[i]!);
    const predictedClass = places.get(predicted[i]!);
    if (trueClass !== undefined) ofTruth[trueClass]! += weight;
    if (predictedClass !== undefined) ofPredicted[predictedClass]! += weight;
    if (trueClass !== undefined && trueClass === predictedClass) hits[trueClass]! += weight;
  }
  return { labels, hits, predicted: ofPredicted, truth: ofTruth };
}

function checkRows(who: string, truth: IndicatorRows, predicted: IndicatorRows): number {
  checkSameLength(who, ['truth', 'predicted'], truth, predicted);
  const classes = truth[0]!.length;
  for (const rows of [truth, predicted]) {
    for (let i = 0; i < rows.length; i++) {
      const row: unknown = rows[i];
      const isRow = typeof row === 'object' && row !== null && (row as ArrayLike<number>).length === classes;
      if (!isRow || classes === 0 || Array.from(row as ArrayLike<number>).some((value) => value !== 0 && value !== 1)) {
        throw new ShapeError({
          who,
          rule: `each row must hold 0 or 1 for each of ${classes} classes`,
          received: `${describeValue(row)} at ${i}`,
        });
      }
    }
  }
  return classes;
}

/** Counts per class, or per example, where examples have any number of classes. Labels are column numbers. */
export function countIndicators(
  who: string,
  truth: IndicatorRows,
  predicted: IndicatorRows,
  labelsOption: readonly ClassLabel[] | undefined,
  sampleWeight: ArrayLike<number> | undefined,
  perExample: boolean,
): ClassCounts {
  const classes = checkRows(who, truth, predicted);
  checkSampleWeight(who, sampleWeight, truth.length);
  const labels = (labelsOption ?? Array.from({ length: classes }, (_, column) => column)) as readonly number[];
  checkLabelsOption(who, labels, [0]);
  checkLabelKind(who, 'labels', labels);
  if (labels.some((label) => !Number.isInteger(label) || label < 0 || label >= classes)) {
    throw new ConfigError({
      who,
      rule: `labels must be columns from 0 to ${classes - 1}`,
      received: labels.join(', '),
    });
  }
  const zeros = (): number[] => new Array<number>(perExample ? truth.length : labels.length).fill(0);
  const [hits, ofPredicted, ofTruth] = [zeros(), zeros(), zeros()];
  for (let i = 0; i < truth.length; i++) {
    const weight = sampleWeight?.[i] ?? 1;
    labels.forEach((column, place) => {
      const at = perExample ? i : place;
      // Per example the weight multiplies a count, per class it is added up: the roundings of scikit-learn.
      const step = perExample ? 1 : weight;
      if (truth[i]![column] === 1) ofTruth[at]! += step;
      if (predicted[i]![column] === 1) ofPredicted[at]! += step;
      if (truth[i]![column] === 1 && predicted[i]![column] === 1) hits[at]! += step;
    });
    if (perExample) for (const counts of [hits, ofPredicted, ofTruth]) counts[i]! *= weight;
  }
  return { labels, hits, predicted: ofPredicted, truth: ofTruth };
}
