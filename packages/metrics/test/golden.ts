import { readFileSync } from 'node:fs';

/** A number of a golden file: JSON has no NaN and no infinities. */
export type GoldenNumber = number | 'NaN' | '-Infinity';

/** Scores of one value of zeroDivision. */
export interface GoldenScores {
  zero: GoldenNumber;
  precision: GoldenNumber | GoldenNumber[];
  recall: GoldenNumber | GoldenNumber[];
  f1: GoldenNumber | GoldenNumber[];
  support: number[] | null;
  beta: Record<string, GoldenNumber | GoldenNumber[]>;
}

/** A case of labels, or of indicator rows. */
export interface GoldenCase<Target> {
  name: string;
  truth: Target[];
  predicted: Target[];
  labels?: (string | number)[];
  sample_weight?: number[];
  prf: Record<string, GoldenScores[]>;
}

/** A case of labels with all its metrics. */
export interface GoldenLabels extends GoldenCase<string | number> {
  accuracy: number;
  balanced: GoldenNumber[];
  matthews: number;
  confusion?: number[][][];
  kappa?: GoldenNumber[];
  report: Record<string, Record<string, number> | number>;
  text: [string, string];
}

/** What tools/reference/metrics_classification.py writes. */
export interface Golden {
  labels: GoldenLabels[];
  indicators: GoldenCase<number[]>[];
  rankings: {
    name: string;
    truth: (string | number)[];
    scores: number[];
    sample_weight: number[] | null;
    auc: GoldenNumber;
    ap: number;
  }[];
  probabilities: {
    name: string;
    truth: number[];
    rows: number[][];
    sample_weight: number[] | null;
    logLoss: number;
    brier: number;
    brierOfOne?: number;
    logLossOfOne?: number;
    calibration: [number, number, number];
    topK?: [number, number];
    auc?: Record<string, number>;
  }[];
  sums: { values: number[]; sum: number }[];
  formats: [number, number, string][];
  wilson: [number, number, 0.9 | 0.95 | 0.99, number, number][];
}

/** Numbers of a golden file as JavaScript has them. */
export function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  return typeof value === 'string' ? Number(value) : value;
}

/** Answers of scikit-learn. */
export const golden = JSON.parse(
  readFileSync(new URL('./golden/classification.json', import.meta.url), 'utf8'),
) as Golden;
