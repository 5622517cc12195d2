import { ShapeError } from '@gptloom/core';
import { checkLabelKind, distinctLabels } from './targets.ts';
import type { ClassLabel, Labels } from './targets.ts';

/** The classifier that always says the most frequent class. */
export interface MajorityBaseline<L extends ClassLabel = ClassLabel> {
  /** The most frequent class; of equally frequent ones the first when sorted. */
  readonly label: L;
  /** Its share of the labels. */
  readonly share: number;
  /** Says `label`, whatever the text. */
  predict(text?: string): L;
}

/**
 * The classifier to beat first: it always says the most frequent label of the training set. Like scikit-learn's
 * `DummyClassifier(strategy='most_frequent')`.
 *
 * @param labels a label for each training example
 * @throws ShapeError for no labels, or labels of mixed kinds
 */
export function majorityBaseline<L extends ClassLabel>(labels: ArrayLike<L>): MajorityBaseline<L> {
  const who = 'majorityBaseline';
  if (typeof labels !== 'object' || labels === null || !(labels.length > 0)) {
    throw new ShapeError({ who, rule: 'there must be at least one label' });
  }
  checkLabelKind(who, 'labels', labels as Labels);
  const counts = new Map<ClassLabel, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i]!, (counts.get(labels[i]!) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const label = distinctLabels(labels as Labels).find((candidate) => counts.get(candidate) === most) as L;
  return { label, share: most / labels.length, predict: () => label };
}
