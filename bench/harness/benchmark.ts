import type { PeakWidth } from './peak-kernel.ts';

/** A program that takes part in a comparison: one of `bench/contestants`, or a Python program of `bench/peers`. */
export interface ContestantPlan {
  /** Its name in the table. */
  readonly name: string;
  /** Which program it is, and what it is told. */
  readonly program:
    | { readonly contestant: ContestantName; readonly parameters: readonly string[] }
    | { readonly python: string; readonly parameters: readonly string[] };
  /** Numbers of threads to try: the fastest is measured. Default: what the program itself chooses. */
  readonly threads?: readonly number[] | undefined;
  /** Environment variables of its process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** The widest operations that it uses, in bits, and so its probe. Default 256. */
  readonly width?: PeakWidth | undefined;
}

/** The programs of `bench/contestants`. */
export type ContestantName =
  | 'gptloom-training-step'
  | 'tfjs-training-step'
  | 'gptloom-tokenizer'
  | 'encoding'
  | 'gptloom-generation'
  | 'gptloom-gpt2-generation'
  | 'matmul';

/** One comparison: the same work, done by several contestants. */
export interface Comparison {
  readonly title: string;
  /** Unit of the figures: `ms`, `MB/s`. */
  readonly unit: string;
  /** Which figures are the better ones. */
  readonly better: 'lower' | 'higher';
  /** Turns the milliseconds of one repetition of the work into a figure. */
  figure(milliseconds: number): number;
  /** 10^9 floating-point operations of one repetition, where the work is arithmetic: shows the share of the peak. */
  readonly gigaflop?: number | undefined;
  /** The contestant whose speed is 1; where it is not measured, the first one that is. */
  readonly reference: string;
  readonly contestants: readonly ContestantPlan[];
}

/** What the user asked for. */
export interface BenchmarkOptions {
  /** Also the contestants that take minutes. */
  readonly slow: boolean;
  /** A text to use in place of the generated one. */
  readonly text: string | undefined;
  /** A folder for the files that contestants read, removed at the end. */
  readonly scratch: string;
}

/** A benchmark: comparisons that belong together. */
export interface Benchmark {
  readonly name: string;
  /** What it measures, in a sentence. */
  readonly description: string;
  comparisons(options: BenchmarkOptions): Promise<readonly Comparison[]>;
}
