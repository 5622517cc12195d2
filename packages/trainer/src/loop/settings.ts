import {
  check,
  checkOptions,
  ConfigError,
  describeValue,
  openFileStore,
  type Communicator,
  type FileStore,
} from '@gptloom/core';
import type { Optimizer } from '../optimizer/optimizer.ts';
import type { Reporter } from '../reporter/reporter.ts';
import type { CheckpointOptions, EarlyStoppingOptions, EvaluationOptions, TrainerOptions } from '../trainer-options.ts';

/** The options of a trainer after the door: checked, with all defaults. */
export interface Settings {
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly steps: number;
  readonly seed: number;
  readonly gradientAccumulationSteps: number;
  readonly maxGradNorm: number;
  readonly evaluation: {
    readonly everySteps: number;
    /** Whether `everySteps` was left out, and so follows from the number of steps. */
    readonly isDefaultInterval: boolean;
    readonly batches: number;
  };
  readonly checkpoint: { readonly store: FileStore; readonly everySteps: number; readonly keep: number } | undefined;
  readonly earlyStopping:
    { readonly patience: number; readonly minDelta: number; readonly restoreBest: boolean } | undefined;
  readonly communicator: Communicator | undefined;
  readonly signal: AbortSignal | undefined;
  readonly reporters: readonly Reporter[];
  readonly adapter: string | undefined;
}

/** Checks the options and fills in what was left out. */
export function resolveSettings(options: TrainerOptions): Settings {
  checkOptions<TrainerOptions>('Trainer', options, {
    optimizer: check.methods('create', 'learningRate'),
    batchSize: check.positiveInteger,
    steps: check.positiveInteger,
    seed: check.optional(check.integer),
    gradientAccumulationSteps: check.optional(check.positiveInteger),
    maxGradNorm: check.optional(check.either(check.positiveNumber, check.oneOf(Infinity))),
    evaluation: check.optional(check.object),
    checkpoint: check.optional(check.object),
    earlyStopping: check.optional(check.object),
    communicator: check.optional(check.methods('allReduceSum')),
    signal: check.optional(check.abortSignal),
    reporters: check.optional(check.array),
    adapter: check.optional(check.nonEmptyString),
  });
  const { evaluation = {}, checkpoint, earlyStopping, reporters = [] } = options;
  checkReporters(reporters);
  checkOptions<EvaluationOptions>('Trainer: evaluation', evaluation, {
    everySteps: check.optional(check.positiveInteger),
    batches: check.optional(check.positiveInteger),
  });
  return {
    optimizer: options.optimizer,
    batchSize: options.batchSize,
    steps: options.steps,
    seed: options.seed ?? 1337,
    gradientAccumulationSteps: options.gradientAccumulationSteps ?? 1,
    maxGradNorm: options.maxGradNorm ?? 1,
    evaluation: {
      everySteps: evaluation.everySteps ?? Math.ceil(options.steps / 10),
      isDefaultInterval: evaluation.everySteps === undefined,
      batches: evaluation.batches ?? 20,
    },
    checkpoint: checkpoint && resolveCheckpoint(checkpoint),
    earlyStopping: earlyStopping && resolveEarlyStopping(earlyStopping),
    communicator: options.communicator,
    signal: options.signal,
    reporters,
    adapter: options.adapter,
  };
}

function checkReporters(reporters: readonly unknown[]): void {
  for (const [index, reporter] of reporters.entries()) {
    const broken = check.methods('report')(reporter);
    if (broken === undefined) continue;
    throw new ConfigError({
      who: 'Trainer',
      rule: `reporters[${index}] ${broken}`,
      received: describeValue(reporter),
      suggestion: typeof reporter === 'function' ? 'the call, as in reporters: [progressBar()]' : 'progressBar()',
    });
  }
}

function resolveCheckpoint(options: CheckpointOptions): Settings['checkpoint'] {
  checkOptions<CheckpointOptions>('Trainer: checkpoint', options, {
    directory: check.either(check.nonEmptyString, check.object),
    everySteps: check.positiveInteger,
    keep: check.optional(check.positiveInteger),
  });
  return { store: openFileStore(options.directory), everySteps: options.everySteps, keep: options.keep ?? 2 };
}

function resolveEarlyStopping(options: EarlyStoppingOptions): Settings['earlyStopping'] {
  checkOptions<EarlyStoppingOptions>('Trainer: earlyStopping', options, {
    monitor: check.optional(check.oneOf('validationLoss')),
    patience: check.positiveInteger,
    minDelta: check.optional(check.nonNegativeNumber),
    restoreBest: check.optional(check.boolean),
  });
  return {
    patience: options.patience,
    minDelta: options.minDelta ?? 0,
    restoreBest: options.restoreBest ?? true,
  };
}
