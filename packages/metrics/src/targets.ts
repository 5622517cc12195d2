import { ConfigError, describeValue, ShapeError } from '@gptloom/core';

/** What a class is called: a number or a text. One list holds one kind. */
export type ClassLabel = string | number;

/** One class for each example. */
export type Labels = ArrayLike<ClassLabel>;

/** For each example a row with 1 for the classes it has and 0 for the others, as in multi-label classification. */
export type IndicatorRows = ArrayLike<ArrayLike<number>>;

/** Refuses anything but two lists of the same length with at least one example. */
export function checkSameLength(who: string, names: readonly [string, string], a: unknown, b: unknown): void {
  for (const [name, list] of [
    [names[0], a],
    [names[1], b],
  ] as const) {
    if (typeof list !== 'object' || list === null || typeof (list as ArrayLike<unknown>).length !== 'number') {
      throw new ShapeError({ who, rule: `${name} must be an array`, received: describeValue(list) });
    }
  }
  const [lengthA, lengthB] = [(a as ArrayLike<unknown>).length, (b as ArrayLike<unknown>).length];
  if (lengthA !== lengthB || lengthA === 0) {
    throw new ShapeError({
      who,
      rule: `${names[0]} and ${names[1]} must be of one length, at least 1`,
      received: `lengths ${lengthA} and ${lengthB}`,
    });
  }
}

/** Refuses labels that are neither all text nor all finite numbers. */
export function checkLabelKind(who: string, name: string, ...lists: readonly Labels[]): void {
  let kind: string | undefined;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const label: unknown = list[i];
      kind ??= typeof label;
      if (typeof label !== kind || (kind !== 'string' && !Number.isFinite(label))) {
        throw new ShapeError({
          who,
          rule: `${name} must be all text or all finite numbers`,
          received: `${describeValue(label)} at ${i}`,
        });
      }
    }
  }
}

/** Checks true and predicted labels at the door of a metric. */
export function checkTruthAndPredicted(who: string, truth: Labels, predicted: Labels): void {
  checkSameLength(who, ['truth', 'predicted'], truth, predicted);
  checkLabelKind(who, 'labels of truth and predicted', truth, predicted);
}

/** Numbers by size, texts by code points, as numpy sorts them. */
export function compareLabels(a: ClassLabel, b: ClassLabel): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [[...String(a)], [...String(b)]];
  for (let i = 0; i < x.length && i < y.length; i++) {
    const difference = x[i]!.codePointAt(0)! - y[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

/** The distinct labels of the lists, sorted. */
export function distinctLabels(...lists: readonly Labels[]): ClassLabel[] {
  const seen = new Set<ClassLabel>();
  for (const list of lists) for (let i = 0; i < list.length; i++) seen.add(list[i]!);
  return [...seen].sort(compareLabels);
}

/** Checks the `labels` option: at least one label, none twice, of the same kind as the targets. */
export function checkLabelsOption(who: string, labels: readonly ClassLabel[], targets: Labels): void {
  if (labels.length === 0 || new Set(labels).size !== labels.length) {
    throw new ConfigError({
      who,
      rule: 'labels must hold at least one label and none twice',
      received: describeValue([...labels]),
    });
  }
  checkLabelKind(who, 'labels and targets', labels, targets);
}

/** The place of each label, for looking them up. */
export function indexLabels(labels: readonly ClassLabel[]): ReadonlyMap<ClassLabel, number> {
  return new Map(labels.map((label, index) => [label, index]));
}
