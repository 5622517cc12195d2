import type { Communicator, FileStore } from '@gptloom/core';
import type { Dataset, RowBatch } from './data/dataset.ts';
import type { Optimizer } from './optimizer/optimizer.ts';
import type { Reporter } from './reporter/reporter.ts';

/** When the validation data are evaluated during training. */
export interface EvaluationOptions {
  /** Steps between evaluations; the start and the last step are evaluated too. Default: a tenth of all steps. */
  readonly everySteps?: number | undefined;
  /** Batches of `batchSize` rows; the same ones every time. Default 20; fewer where the dataset ends before. */
  readonly batches?: number | undefined;
}

/** Where and when the run is saved. */
export interface CheckpointOptions {
  /** A directory (Node and Bun) or a store. A run belongs to its directory: running again resumes. */
  readonly directory: string | FileStore;
  /** Steps between checkpoints; the end of the run is always saved. */
  readonly everySteps: number;
  /** How many of the newest checkpoints stay. Default 2. */
  readonly keep?: number | undefined;
}

/** When to stop because validation no longer improves. */
export interface EarlyStoppingOptions {
  /** What must improve. Only `validationLoss`, which is the default. */
  readonly monitor?: 'validationLoss' | undefined;
  /** Evaluations in a row without improvement after which the run stops. */
  readonly patience: number;
  /** An improvement is a loss lower than the best one by more than this, in nats. Default 0. */
  readonly minDelta?: number | undefined;
  /** Whether the model ends with the weights of its best evaluation. They are kept on the host. Default true. */
  readonly restoreBest?: boolean | undefined;
}

/** How a model is trained. */
export interface TrainerOptions {
  /** For example `adamW({ learningRate: 1e-3 })`. */
  readonly optimizer: Optimizer;
  /** Rows of one forward and backward pass in this process. */
  readonly batchSize: number;
  /** Updates to make in all. */
  readonly steps: number;
  /** Decides the order of the examples and dropout. Default 1337. */
  readonly seed?: number | undefined;
  /**
   * Passes that are summed into one update. The global batch has `batchSize * gradientAccumulationSteps` rows times the
   * number of processes. Default 1.
   */
  readonly gradientAccumulationSteps?: number | undefined;
  /** Gradients with a larger global norm are scaled down to it; `Infinity` clips nothing. Default 1. */
  readonly maxGradNorm?: number | undefined;
  /** Evaluation during training; it takes place whenever `fit` gets validation data. */
  readonly evaluation?: EvaluationOptions | undefined;
  /** Default: nothing is saved. */
  readonly checkpoint?: CheckpointOptions | undefined;
  /** Needs validation data. Default: all steps are made. */
  readonly earlyStopping?: EarlyStoppingOptions | undefined;
  /** Several processes that train one model. Default: this one alone. */
  readonly communicator?: Communicator | undefined;
  /** Stops the run at the end of a step. */
  readonly signal?: AbortSignal | undefined;
  /** Who follows the events: `progressBar()` and `jsonLines()` of `@gptloom/trainer/node`, or your own. */
  readonly reporters?: readonly Reporter[] | undefined;
  /** Name of the adapter that is active in the forward pass. Default: none. */
  readonly adapter?: string | undefined;
}

/** The data of a run. */
export interface TrainingData<Batch extends RowBatch> {
  /** What is learned from. */
  readonly train: Dataset<Batch>;
  /** What is held out and evaluated during training. */
  readonly validation?: Dataset<Batch> | undefined;
}
