import { accuracy, f1, precision, recall } from 'gptloom';

/** What somebody or something predicted, by name. */
export interface Predictions {
  readonly name: string;
  readonly predicted: readonly string[];
}

/** A table of accuracy and of precision, recall and F1 averaged over the labels, one row a predictor. */
export function formatLabelTable(truth: readonly string[], predictors: readonly Predictions[]): string {
  const columns = ['accuracy', 'precision', 'recall', 'F1'];
  const rows = predictors.map(({ name, predicted }) => {
    const macro = { average: 'macro', zeroDivision: 0 } as const;
    const scores = [
      accuracy(truth, predicted),
      precision(truth, predicted, macro),
      recall(truth, predicted, macro),
      f1(truth, predicted, macro),
    ];
    return [name, ...scores.map((score) => score.toFixed(3))];
  });
  const width = Math.max(...rows.map(([name]) => name!.length));
  return [['', ...columns], ...rows]
    .map(([name, ...cells]) => `  ${name!.padEnd(width)}${cells.map((cell) => cell.padStart(11)).join('')}`)
    .join('\n');
}
