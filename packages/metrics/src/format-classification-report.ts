import { check, checkOptions } from '@gptloom/core';
import type { ClassificationReport, ReportLine } from './classification-report.ts';
import { formatFixed, padLeft } from './format-number.ts';

/** Options of {@link formatClassificationReport}. */
export interface FormatReportOptions {
  /** Decimals of the scores. Default 2. */
  readonly digits?: number | undefined;
}

const columnWidth = 9;

/**
 * The report as a table of plain text, character for character as scikit-learn's `classification_report` prints it
 * except that counts stay integers where no prediction is right (there they get a decimal point), and that weighted
 * supports of 1e16 and more, or below 1e-4, are written as JavaScript does.
 */
export function formatClassificationReport(report: ClassificationReport, options: FormatReportOptions = {}): string {
  checkOptions<FormatReportOptions>('formatClassificationReport', options, {
    digits: check.optional(check.nonNegativeInteger),
  });
  const digits = options.digits ?? 2;
  const names = report.classes.map(({ name }) => [...name].length);
  const width = Math.max(...names, 'weighted avg'.length, digits);
  const row = (name: string, cells: readonly string[]): string =>
    `${padLeft(name, width)} ${cells.map((cell) => ` ${padLeft(cell, columnWidth)}`).join('')}\n`;
  const support = (value: number): string => (report.weighted && Number.isInteger(value) ? `${value}.0` : `${value}`);
  const scores = (line: ReportLine): string =>
    row(line.name, [
      ...[line.precision, line.recall, line.f1].map((score) => formatFixed(score, digits)),
      support(line.support),
    ]);
  const { microAverage: micro } = report;
  const overall =
    report.accuracy === undefined
      ? scores(micro)
      : row('accuracy', ['', '', formatFixed(micro.f1, digits), support(micro.support)]);
  const head = row('', ['precision', 'recall', 'f1-score', 'support']);
  const classes = report.classes.map(scores).join('');
  return `${head}\n${classes}\n${overall}${scores(report.macroAverage)}${scores(report.weightedAverage)}`;
}
