import { check, checkOptions, ConfigError } from '@gptloom/core';
import type { ConfusionMatrix } from './confusion-matrix.ts';
import { formatFixed, padLeft } from './format-number.ts';

/** Options of {@link formatConfusionMatrix}. */
export interface FormatConfusionMatrixOptions {
  /** What to call the classes, in the order of the matrix. Default the labels themselves. */
  readonly classNames?: readonly string[] | undefined;
  /** Decimals of shares and weights that are no integers. Default 2. */
  readonly digits?: number | undefined;
}

/**
 * A confusion matrix as a table of plain text: a row for each true class, a column for each predicted one.
 *
 * ```text
 * true \ predicted  cat  dog
 *              cat    3    1
 *              dog    0    4
 * ```
 *
 * @throws ConfigError for `classNames` that are not as many as the classes
 */
export function formatConfusionMatrix(matrix: ConfusionMatrix, options: FormatConfusionMatrixOptions = {}): string {
  const who = 'formatConfusionMatrix';
  checkOptions<FormatConfusionMatrixOptions>(who, options, {
    classNames: check.optional(check.array),
    digits: check.optional(check.nonNegativeInteger),
  });
  const names = options.classNames ?? matrix.labels.map(String);
  if (names.length !== matrix.labels.length) {
    throw new ConfigError({
      who,
      rule: `classNames must name each of the ${matrix.labels.length} classes`,
      received: `${names.length} names`,
    });
  }
  const whole = matrix.counts.every((row) => row.every(Number.isInteger));
  const cells = matrix.counts.map((row) => row.map((n) => (whole ? `${n}` : formatFixed(n, options.digits ?? 2))));
  const corner = 'true \\ predicted';
  const nameWidth = Math.max(corner.length, ...names.map((name) => [...name].length));
  const widths = names.map((name, j) => Math.max([...name].length, ...cells.map((row) => row[j]!.length)));
  const line = (head: string, row: readonly string[]): string =>
    [padLeft(head, nameWidth), ...row.map((cell, j) => padLeft(cell, widths[j]!))].join('  ');
  return [line(corner, names), ...cells.map((row, i) => line(names[i]!, row))].join('\n');
}
