import { check, checkOptions, ConfigError, describeValue, Run } from '@gptloom/core';
import { Module, namedParameters, type Parameter, type Trainable } from '@gptloom/layers';
import type { Dataset, RowBatch } from './data/dataset.ts';
import { evaluateDataset, type EvaluateOptions } from './loop/evaluate.ts';
import { resolveSettings, type Settings } from './loop/settings.ts';
import { TrainingRun } from './loop/training-run.ts';
import { withReporters } from './reporter/with-reporters.ts';
import type { TrainerOptions, TrainingData } from './trainer-options.ts';
import type { EvaluationProgress, EvaluationResult, TrainingEvent, TrainingResult } from './training-event.ts';

/**
 * Trains a model: batches, gradients, updates, evaluation, checkpoints. The order of a step is fixed: gradients and
 * target weights are summed over all passes and processes, divided once, clipped, and applied.
 *
 * ```ts
 * import { adamW, TokenDataset, Trainer } from '@gptloom/trainer';
 * import { GptModel } from '@gptloom/gpt-model';
 *
 * const model = new GptModel({ vocabSize: 8, maxSeqLen: 4, numLayers: 1, numHeads: 1, embedDim: 8 }, { seed: 1 });
 * const train = TokenDataset.fromTokens([1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4], { sequenceLength: 4 });
 * const trainer = new Trainer(model, { optimizer: adamW({ learningRate: 1e-2 }), batchSize: 2, steps: 3 });
 * for await (const event of trainer.fit({ train })) if (event.type === 'step') console.log(event.step, event.loss);
 * ```
 */
export class Trainer<Batch extends RowBatch> {
  private readonly trainable: Trainable<Batch>;
  private readonly settings: Settings;
  private running = false;

  /**
   * @param trainable the model, which stays the caller's; training changes its parameters in place
   * @throws ConfigError for something that can not be trained, and for options outside their rules
   */
  constructor(trainable: Trainable<Batch>, options: TrainerOptions) {
    checkTrainable(trainable);
    this.settings = resolveSettings(options);
    this.trainable = trainable;
  }

  /**
   * Trains until all steps are made, validation no longer improves, or the run is stopped. Await it, or iterate its
   * events; `break` and the signal stop it between two steps, and what was learned is saved if checkpoints are on.
   *
   * With checkpoints, the run resumes where its newest whole checkpoint stands, and goes on exactly as if it had never
   * stopped. To start a new run from weights you have, load them into the model before, and use another directory.
   * Gradients and the optimizer's state are freed at the end; calling it again without checkpoints starts a new run
   * from the weights that the model has then.
   *
   * @throws ConfigError for data that do not fit the options or the model, for a step that does not fit into the memory of `simd`, and
   *   for a learning rate that is no finite number of at least 0; TokenizerError for data of another tokenizer than the model's;
   *   ShapeError for batches that the model refuses; TrainingError for a step without targets and for a loss or weights that are not
   *   finite; CheckpointError where the directory holds another run or another one writes there too
   */
  fit(data: TrainingData<Batch>): Run<TrainingEvent, TrainingResult> {
    checkOptions('Trainer.fit', data, { train: check.object, validation: check.optional(check.object) });
    checkData(data, this.settings);
    this.checkDataset('Trainer.fit', 'train', data.train);
    if (data.validation !== undefined) this.checkDataset('Trainer.fit', 'validation', data.validation);
    const start = (): AsyncGenerator<TrainingEvent, TrainingResult, void> => this.start(data);
    return new Run(() => withReporters(start, this.settings.reporters));
  }

  private async *start(data: TrainingData<Batch>): AsyncGenerator<TrainingEvent, TrainingResult, void> {
    if (this.running) {
      throw new ConfigError({
        who: 'Trainer.fit',
        rule: 'a trainer trains one run at a time',
        received: 'a second one',
      });
    }
    this.running = true;
    try {
      return yield* new TrainingRun(this.trainable, this.checkedParameters(), this.settings, data).events();
    } finally {
      this.running = false;
    }
  }

  /**
   * Mean loss over a dataset in evaluation mode, over all targets of all its examples. It changes nothing.
   *
   * @throws ConfigError for a dataset that the model refuses, TokenizerError for one of another tokenizer than the model's, ShapeError
   *   for batches that the model refuses, TrainingError for a dataset without a target or a loss that is not finite; the signal's
   *   reason where it is aborted
   */
  evaluate(dataset: Dataset<Batch>, options: EvaluateOptions = {}): Run<EvaluationProgress, EvaluationResult> {
    checkOptions('Trainer.evaluate', options, {
      batches: check.optional(check.positiveInteger),
      signal: check.optional(check.abortSignal),
    });
    this.checkDataset('Trainer.evaluate', 'dataset', dataset);
    return new Run(() => evaluateDataset(this.trainable, dataset, this.settings, options));
  }

  private checkDataset(who: string, name: string, dataset: Dataset<Batch>): void {
    if (check.methods('batch')(dataset) !== undefined) {
      throw new ConfigError({
        who,
        rule: `${name} must be a dataset, with a method batch`,
        received: describeValue(dataset),
        suggestion: 'a TokenDataset, a PromptDataset, a LabelDataset or a Dataset of your own',
      });
    }
    this.trainable.checkDataset?.(dataset);
  }

  private checkedParameters(): ReadonlyMap<string, Parameter> {
    const parameters = namedParameters(this.trainable);
    if (![...parameters.values()].some(({ trainable }) => trainable)) {
      throw new ConfigError({
        who: 'Trainer.fit',
        rule: 'a model must have at least one trainable parameter',
        received: `${parameters.size} parameter(s), all frozen`,
      });
    }
    // Reading a value throws, with advice, where the model was never initialized.
    for (const parameter of parameters.values()) void parameter.value;
    return parameters;
  }
}

function checkTrainable(trainable: unknown): void {
  const broken = check.methods('contextFor', 'lossSum', 'countTargets')(trainable);
  if (Module.isInstance(trainable) && broken === undefined) return;
  throw new ConfigError({
    who: 'Trainer',
    rule: 'the model must be a Module with the methods contextFor, lossSum and countTargets',
    received: describeValue(trainable),
    suggestion: 'a GptModel, a SequenceClassifier or a Trainable of your own',
  });
}

function checkData({ train, validation }: TrainingData<RowBatch>, settings: Settings): void {
  if (settings.earlyStopping !== undefined && validation === undefined) {
    throw new ConfigError({
      who: 'Trainer.fit',
      rule: 'early stopping needs validation data',
      suggestion: 'fit({ train, validation }), for example from dataset.split({ validation: 0.1 })',
    });
  }
  const tokenizers = [train, validation].flatMap((dataset) => dataset?.tokenizerFingerprint ?? []);
  if (tokenizers.length === 2 && tokenizers[0] !== tokenizers[1]) {
    throw new ConfigError({
      who: 'Trainer.fit',
      rule: 'training and validation data must be made by one tokenizer',
      received: `${tokenizers[0]} and ${tokenizers[1]}`,
    });
  }
}
