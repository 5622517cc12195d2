import { check, checkOptions, ConfigError } from '@gptloom/core';
import { precisionRecallF1Support } from './precision-recall.ts';
import { distinctLabels } from './targets.ts';
import type { ClassLabel, Labels } from './targets.ts';

/** Options of {@link classificationReport}. */
export interface ClassificationReportOptions {
  /** The classes to report, in this order. Default all that occur, sorted. */
  readonly labels?: readonly ClassLabel[] | undefined;
  /** What to call the classes, in the order of `labels`. Default the labels themselves. */
  readonly classNames?: readonly string[] | undefined;
  /** A weight for each example. Default 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
  /** The score where a division by zero would be: 0, 1, NaN or `warn`, which is 0. Default 0. */
  readonly zeroDivision?: number | 'warn' | undefined;
}

/** A line of a {@link ClassificationReport}. */
export interface ReportLine {
  /** The class's name, or the kind of average. */
  readonly name: string;
  /** `hits / predicted`. */
  readonly precision: number;
  /** `hits / true`. */
  readonly recall: number;
  /** The harmonic mean of precision and recall. */
  readonly f1: number;
  /** The number of true examples, or their weight. */
  readonly support: number;
}

/** Precision, recall and F1 of every class, and their averages. Print it with {@link formatClassificationReport}. */
export interface ClassificationReport {
  /** A line for each class, in the order of `labels`. */
  readonly classes: readonly ReportLine[];
  /** The share of right predictions; absent where `labels` leaves out a class that occurs. */
  readonly accuracy: number | undefined;
  /** Scores of all decisions together; says more than the accuracy only where `labels` leaves out a class. */
  readonly microAverage: ReportLine;
  /** The plain mean over the classes. */
  readonly macroAverage: ReportLine;
  /** The mean over the classes, weighted by support. */
  readonly weightedAverage: ReportLine;
  /** Whether examples had weights, so that supports are no counts. */
  readonly weighted: boolean;
}

/**
 * Precision, recall, F1 and support of every class with their averages. Equal to scikit-learn's
 * `classification_report(output_dict=True)`, to the last bit.
 *
 * ```ts
 * import { classificationReport, formatClassificationReport } from '@gptloom/metrics';
 * const report = classificationReport(['yes', 'no', 'no'], ['yes', 'yes', 'no']);
 * console.log(report.macroAverage.f1, formatClassificationReport(report));
 * ```
 *
 * @throws ShapeError for lists that are empty, of different lengths, or of mixed kinds
 * @throws ConfigError for `classNames` that are not as many as the classes
 */
export function classificationReport(
  truth: Labels,
  predicted: Labels,
  options: ClassificationReportOptions = {},
): ClassificationReport {
  const who = 'classificationReport';
  checkOptions<ClassificationReportOptions>(who, options, {
    labels: check.anything,
    classNames: check.optional(check.array),
    sampleWeight: check.anything,
    zeroDivision: check.anything,
  });
  const { classNames, ...scoring } = options;
  const { labels, precision, recall, f1, support } = precisionRecallF1Support(truth, predicted, scoring);
  if (classNames !== undefined && classNames.length !== labels.length) {
    throw new ConfigError({
      who,
      rule: `classNames must name each of the ${labels.length} classes`,
      received: `${classNames.length} names`,
    });
  }
  const classes = labels.map((label, i) => ({
    name: classNames?.[i] ?? String(label),
    precision: precision[i]!,
    recall: recall[i]!,
    f1: f1[i]!,
    support: support[i]!,
  }));
  const line = (average: 'micro' | 'macro' | 'weighted'): ReportLine => {
    const { labels: _, ...scores } = precisionRecallF1Support(truth, predicted, { ...scoring, average });
    return { name: `${average} avg`, ...scores };
  };
  const reported = new Set(labels);
  const complete = distinctLabels(truth, predicted).every((label) => reported.has(label));
  const microAverage = line('micro');
  return {
    classes,
    accuracy: complete ? microAverage.precision : undefined,
    microAverage,
    macroAverage: line('macro'),
    weightedAverage: line('weighted'),
    weighted: options.sampleWeight !== undefined,
  };
}
