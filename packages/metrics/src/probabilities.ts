import { ConfigError, describeValue, ShapeError } from '@gptloom/core';
import { checkLabelKind, checkLabelsOption, checkSameLength, distinctLabels } from './targets.ts';
import type { ClassLabel, Labels } from './targets.ts';
import { checkScores } from './threshold-counts.ts';

/** A row for each example, with the probability of each class. */
export type ProbabilityRows = ArrayLike<ArrayLike<number>>;

// Rows of float32 softmax sum to 1 within about 1e-6.
const sumTolerance = 1e-4;

/** Refuses a row that has another length than the classes, or values that are not finite. */
export function checkScoreRows(
  who: string,
  name: string,
  truth: Labels,
  rows: ProbabilityRows,
  labelsOption: readonly ClassLabel[] | undefined,
): readonly ClassLabel[] {
  checkSameLength(who, ['truth', name], truth, rows);
  checkLabelKind(who, 'truth', truth);
  if (labelsOption !== undefined) checkLabelsOption(who, labelsOption, truth);
  const present = distinctLabels(truth);
  const labels = labelsOption ?? present;
  const missing = present.find((label) => !labels.includes(label));
  if (missing !== undefined) {
    throw new ConfigError({
      who,
      rule: 'labels must hold every class of truth',
      received: `none for ${describeValue(missing)}`,
    });
  }
  for (let i = 0; i < rows.length; i++) {
    const row: unknown = rows[i];
    const length = typeof row === 'object' && row !== null ? (row as ArrayLike<number>).length : undefined;
    if (length !== labels.length) {
      throw new ShapeError({
        who,
        rule: `each row of ${name} must have a column for each of the ${labels.length} classes`,
        received: length === undefined ? `${describeValue(row)} in place of row ${i}` : `${length} at ${i}`,
        suggestion: length === undefined ? 'a row for each example' : 'pass labels with the classes of all columns',
      });
    }
    checkScores(who, name, row as ArrayLike<number>);
  }
  return labels;
}

/** Refuses rows that are no probabilities; gives the classes of their columns. */
export function checkProbabilityRows(
  who: string,
  truth: Labels,
  rows: ProbabilityRows,
  labelsOption: readonly ClassLabel[] | undefined,
): readonly ClassLabel[] {
  const labels = checkScoreRows(who, 'probabilities', truth, rows, labelsOption);
  for (let i = 0; i < rows.length; i++) {
    let sum = 0;
    for (let c = 0; c < labels.length; c++) {
      checkProbability(who, rows[i]![c]!, i);
      sum += rows[i]![c]!;
    }
    if (Math.abs(sum - 1) > sumTolerance) {
      throw new ShapeError({ who, rule: 'each row of probabilities must sum to 1', received: `${sum} at ${i}` });
    }
  }
  return labels;
}

/** Refuses a number that is below 0 or above 1. */
export function checkProbability(who: string, probability: number, index: number): void {
  if (probability >= 0 && probability <= 1) return;
  throw new ShapeError({ who, rule: 'probabilities must be from 0 to 1', received: `${probability} at ${index}` });
}

/** Whether probabilities are rows, one for each example, and not single numbers. */
export function areRows(probabilities: ArrayLike<number> | ProbabilityRows): probabilities is ProbabilityRows {
  return typeof probabilities === 'object' && probabilities !== null && typeof probabilities[0] === 'object';
}
