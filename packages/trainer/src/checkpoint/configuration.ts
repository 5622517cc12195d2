import { CheckpointError } from '@gptloom/core';
import type { Parameter, Trainable } from '@gptloom/layers';
import type { Dataset, RowBatch } from '../data/dataset.ts';
import type { Settings } from '../loop/settings.ts';
import type { OptimizerRun } from '../optimizer/optimizer.ts';
import type { TrainingData } from '../trainer-options.ts';
import { describeModules } from './describe-modules.ts';

/** Everything that decides the course of a run, by name. Two runs are the same exactly if these are. */
export type Configuration = Readonly<Record<string, string | number>>;

const describeData = (dataset: Dataset<RowBatch> | undefined): string =>
  dataset === undefined ? 'none' : `${dataset.size} example(s), ${dataset.fingerprint}`;

/**
 * The configuration of a run. The number of steps is left out on purpose: it decides where a run ends, not how it goes
 * there, so a run can be made longer. So is a number of steps between evaluations that only follows from it.
 */
export function describeConfiguration(
  settings: Settings,
  optimizer: OptimizerRun,
  trainable: Trainable<never>,
  parameters: ReadonlyMap<string, Parameter>,
  data: TrainingData<RowBatch>,
): Configuration {
  const { evaluation, earlyStopping } = settings;
  const configuration: Record<string, string | number> = {
    seed: settings.seed,
    batchSize: settings.batchSize,
    gradientAccumulationSteps: settings.gradientAccumulationSteps,
    processes: settings.communicator?.size ?? 1,
    maxGradNorm: String(settings.maxGradNorm),
    adapter: settings.adapter ?? 'none',
    tokenizer: data.train.tokenizerFingerprint ?? 'unknown',
    'training data': describeData(data.train),
    'validation data': describeData(data.validation),
    earlyStopping:
      earlyStopping === undefined
        ? 'none'
        : `patience ${earlyStopping.patience}, minDelta ${earlyStopping.minDelta}, restoreBest ${earlyStopping.restoreBest}`,
  };
  if (earlyStopping !== undefined) {
    const { everySteps, isDefaultInterval, batches } = evaluation;
    configuration['evaluation everySteps'] = isDefaultInterval ? 'a tenth of all steps' : everySteps;
    configuration['evaluation batches'] = batches;
  }
  for (const [name, value] of Object.entries(optimizer.configuration)) configuration[`optimizer ${name}`] = value;
  Object.assign(configuration, describeModules(trainable));
  for (const [path, { shape, trainable }] of parameters) {
    configuration[`parameter ${path}`] = `[${shape.join(', ')}]${trainable ? '' : ', frozen'}`;
  }
  return configuration;
}

/** Refuses to resume a run of another configuration, with the differences in words. */
export function checkSameConfiguration(where: string, saved: Configuration, current: Configuration): void {
  const names = new Set([...Object.keys(saved), ...Object.keys(current)]);
  const differences = [...names]
    .filter((name) => saved[name] !== current[name])
    .map((name) => `${name}: ${saved[name] ?? 'absent'} in the checkpoint, ${current[name] ?? 'absent'} now`);
  if (differences.length === 0) return;
  const more = differences.length > 5 ? `, and ${differences.length - 5} more` : '';
  throw new CheckpointError({
    who: 'Trainer',
    rule: `${where} holds another run, which can not be resumed with a different configuration`,
    received: `${differences.slice(0, 5).join('; ')}${more}`,
    suggestion: 'the old options to resume, or another directory for a new run',
  });
}
