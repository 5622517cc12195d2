import type { Comparison } from './benchmark.ts';
import type { ContestantResult } from './compare.ts';
import { median, quantile, relativeSpeed, spread } from './statistics.ts';

/** The numbers of one line of the table. */
export interface Summary {
  readonly median: number;
  readonly percentile10: number;
  readonly percentile90: number;
  /** How many times as fast as the reference, or as the first contestant where the reference was not measured. */
  readonly relativeSpeed: number;
  readonly probeMedian: number;
  /** Share of the probe just before each sample, where the work is arithmetic. */
  readonly shareOfPeak?: number | undefined;
  /** Range of the middle four fifths of the probe's figures, as a share of their median. */
  readonly probeSpread: number;
}

type Terms = Pick<Comparison, 'unit' | 'better' | 'reference'>;

/** The summary of every contestant that was measured, by name. */
export function summarizeResults(
  { better, reference }: Terms,
  results: readonly ContestantResult[],
): ReadonlyMap<string, Summary> {
  const measured = results.flatMap((result) => ('figures' in result ? [result] : []));
  const base = (measured.find(({ name }) => name === reference) ?? measured[0])?.figures ?? [];
  return new Map(
    measured.map(({ name, figures, probes, shares }) => [
      name,
      {
        median: median(figures),
        percentile10: quantile(figures, 0.1),
        percentile90: quantile(figures, 0.9),
        relativeSpeed: relativeSpeed(figures, base, better),
        ...(shares === undefined ? {} : { shareOfPeak: median(shares) }),
        probeMedian: median(probes),
        probeSpread: spread(probes),
      },
    ]),
  );
}

/** The table of a comparison as text: the measured contestants, then those that were not, with the reason. */
export function formatResults(terms: Terms, results: readonly ContestantResult[]): string {
  const summaries = summarizeResults(terms, results);
  const head = ['', `median ${terms.unit}`, 'p10 to p90', 'samples', 'speed', 'of peak'];
  head.push('probe GFLOP/s', 'spread', 'MiB', 'check');
  const rows = results.flatMap((result) => {
    if (!('figures' in result)) return [];
    const summary = summaries.get(result.name)!;
    return [
      [
        result.threads === undefined ? result.name : `${result.name}, ${result.threads} thr.`,
        threeDigits(summary.median),
        `${threeDigits(summary.percentile10)} to ${threeDigits(summary.percentile90)}`,
        String(result.figures.length),
        `${summary.relativeSpeed.toFixed(2)}x`,
        summary.shareOfPeak === undefined ? '-' : `${(100 * summary.shareOfPeak).toFixed(0)} %`,
        threeDigits(summary.probeMedian),
        `${(100 * summary.probeSpread).toFixed(0)} %`,
        String(result.peakMebibytes),
        result.check,
      ],
    ];
  });
  const skipped = results.flatMap((result) =>
    'notMeasured' in result ? [`${result.name}: not measured: ${result.notMeasured}`] : [],
  );
  return [...alignColumns([head, ...rows]), ...skipped].join('\n');
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const last = widths.length - 1;
  return rows.map((row) =>
    row
      // Names and checks are words, the rest are numbers.
      .map((cell, i) => (i === 0 || i === last ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
