import { nextTick } from '@gptloom/core';
import type { Parameter, Trainable } from '@gptloom/layers';
import { RunCheckpoints } from '../checkpoint/run-checkpoints.ts';
import { describeConfiguration } from '../checkpoint/configuration.ts';
import type { RowBatch } from '../data/dataset.ts';
import { createSampler, type Sampler } from '../data/sample-batch.ts';
import type { OptimizerRun } from '../optimizer/optimizer.ts';
import type { FinishReason, StepEvent, TrainingEvent, TrainingResult } from '../training-event.ts';
import type { TrainingData } from '../trainer-options.ts';
import { checkLearningRate } from './check-learning-rate.ts';
import { MemoryCheck } from './check-memory.ts';
import { evaluateDataset } from './evaluate.ts';
import { checkTotals, clippingFactor, GradientWindow } from './gradient-window.ts';
import { readWeights, writeWeights, type HostWeights } from './host-weights.ts';
import { recordEvaluation } from './record-evaluation.ts';
import { newRunState, type RunState } from './run-state.ts';
import type { Settings } from './settings.ts';

/** One run of training, from its start or resume to its end. Its optimizer lives as long as the run. */
export class TrainingRun<Batch extends RowBatch> {
  private readonly trainable: Trainable<Batch>;
  private readonly settings: Settings;
  private readonly data: TrainingData<Batch>;
  private readonly trained: ReadonlyMap<string, Parameter>;
  private readonly optimizer: OptimizerRun;
  private readonly checkpoints: RunCheckpoints | undefined;
  private readonly sampler: Sampler;
  private readonly memory: MemoryCheck<Batch>;
  private state: RunState = newRunState();
  private bestWeights: HostWeights | undefined;
  /** Path of the newest checkpoint, and the step that it holds; a new run has nothing to save before its first step. */
  private saved: { readonly path?: string; readonly step: number; readonly finished: boolean } = {
    step: 0,
    finished: false,
  };
  private stopRequested = false;

  /** @param parameters all parameters by path; those that are frozen get no gradient and no optimizer state */
  constructor(
    trainable: Trainable<Batch>,
    parameters: ReadonlyMap<string, Parameter>,
    settings: Settings,
    data: TrainingData<Batch>,
  ) {
    this.trainable = trainable;
    this.settings = settings;
    this.data = data;
    this.trained = new Map([...parameters].filter(([, parameter]) => parameter.trainable));
    this.memory = new MemoryCheck(trainable, parameters.values(), settings.gradientAccumulationSteps > 1);
    if (this.memory.isActive) {
      // With one row first: a batch far too large would not fit into the memory of JavaScript either.
      const { lengths } = data.train.batch(Uint32Array.of(0), Uint32Array.of(0));
      this.memory.check({ rows: settings.batchSize, lengths });
    }
    this.sampler = createSampler({ seed: settings.seed, size: data.train.size, globalBatchSize: this.globalBatchSize });
    if (this.memory.isActive) {
      const first = this.sampler.indices(0).subarray(0, settings.batchSize);
      this.memory.check(data.train.batch(first, Uint32Array.from(first.keys())));
    }
    this.optimizer = settings.optimizer.create(this.trained);
    if (settings.checkpoint !== undefined) {
      const configuration = describeConfiguration(settings, this.optimizer, trainable, parameters, data);
      const { store, keep } = settings.checkpoint;
      this.checkpoints = new RunCheckpoints(store, keep, { configuration, parameters, optimizer: this.optimizer });
    }
  }

  private get rowsPerProcess(): number {
    return this.settings.batchSize * this.settings.gradientAccumulationSteps;
  }

  private get globalBatchSize(): number {
    return this.rowsPerProcess * (this.settings.communicator?.size ?? 1);
  }

  /** Does the work. Every yield stands between two steps, where the run can be left. */
  async *events(): AsyncGenerator<TrainingEvent, TrainingResult, void> {
    let leftEarly = true;
    try {
      yield* this.resume();
      if (this.state.finished !== undefined) return yield* this.finish(this.state.finished, true);
      const reason = yield* this.steps();
      if (reason !== 'aborted') this.state.finished = reason;
      return yield* this.finish(reason, false);
    } catch (error) {
      leftEarly = false;
      throw error;
    } finally {
      try {
        // Reached by `break` too, with the weights of a whole step.
        if (leftEarly) await this.save();
      } finally {
        this.optimizer.dispose();
      }
    }
  }

  private async *resume(): AsyncGenerator<TrainingEvent, void, void> {
    const damages: string[] = [];
    const resumed = await this.checkpoints?.resume((message) => damages.push(message));
    if (resumed !== undefined) {
      this.state = resumed.state;
      this.bestWeights = resumed.bestWeights;
      this.saved = { path: resumed.path, step: this.state.step, finished: this.state.finished !== undefined };
      const { finished, step } = this.state;
      // A run that had made all its steps goes on when it is given more.
      if (finished === 'steps' && step < this.settings.steps) delete this.state.finished;
    }
    const { step } = this.state;
    yield { type: 'started', step, steps: this.settings.steps, resumedFrom: resumed?.path };
    for (const message of damages) yield { type: 'warning', code: 'damaged-checkpoint', step, message };
  }

  private async *steps(): AsyncGenerator<TrainingEvent, FinishReason, void> {
    const { steps, checkpoint, signal, communicator, earlyStopping } = this.settings;
    for (;;) {
      if (!(yield* this.evaluate())) return 'aborted';
      if (earlyStopping !== undefined && this.state.badEvaluations >= earlyStopping.patience) return 'early-stopping';
      if (this.state.step >= steps) return 'steps';
      // Processes stop together, by what they told each other in the step before.
      if (communicator === undefined ? signal?.aborted === true : this.stopRequested) return 'aborted';
      if (checkpoint !== undefined && this.state.step % checkpoint.everySteps === 0) yield* this.checkpoint();
      yield await this.step();
    }
  }

  private async step(): Promise<StepEvent> {
    const { batchSize, communicator, signal, seed, adapter, maxGradNorm, steps } = this.settings;
    const { step } = this.state;
    const started = performance.now();
    const learningRate = this.settings.optimizer.learningRate(step);
    checkLearningRate(learningRate, step);
    const indices = this.sampler.indices(step);
    const firstRow = (communicator?.rank ?? 0) * this.rowsPerProcess;
    const window = new GradientWindow(this.trained);
    try {
      for (let row = firstRow; row < firstRow + this.rowsPerProcess; row += batchSize) {
        if (row > firstRow) await nextTick();
        const rows = Uint32Array.from({ length: batchSize }, (_, i) => row + i);
        const batch = this.data.train.batch(indices.subarray(row, row + batchSize), rows);
        this.memory.check(batch);
        window.add(this.trainable, batch, { training: true, seed, step, adapter });
      }
      if (communicator !== undefined) await window.reduce(communicator, signal?.aborted === true);
      const totals = await window.measure();
      checkTotals(totals, step, this.globalBatchSize, this.describeTargets());
      const { lossSum, targets, tokens, gradNorm } = totals;
      const scale = clippingFactor(gradNorm, maxGradNorm) / targets;
      this.optimizer.update(window.gradients, { step, scale });
      this.stopRequested = totals.stopRequests > 0;
      const loss = lossSum / targets;
      Object.assign(this.state, { step: step + 1, trainLoss: loss });
      this.state.lossSum += lossSum;
      this.state.targets += targets;
      const tokensPerSecond = (1000 * tokens) / (performance.now() - started);
      return { type: 'step', step: step + 1, steps, loss, learningRate, gradNorm, tokens, tokensPerSecond };
    } finally {
      window.dispose();
    }
  }

  private describeTargets(): string {
    const { examples, truncated, dropped, targets } = this.data.train.report;
    return `of its ${examples} example(s) ${truncated} were truncated and ${dropped} more dropped, with ${targets} target(s) left`;
  }

  // Whether it was not due, or done; an evaluation that the signal breaks off is made again when the run resumes.
  private async *evaluate(): AsyncGenerator<TrainingEvent, boolean, void> {
    const { step, evaluatedStep } = this.state;
    const { evaluation, earlyStopping, communicator, signal, steps } = this.settings;
    const isDue = step % evaluation.everySteps === 0 || step >= steps;
    if (this.data.validation === undefined || !isDue || evaluatedStep === step) return true;
    const batches = evaluateDataset(this.trainable, this.data.validation, this.settings, {
      batches: evaluation.batches,
    });
    for (;;) {
      const next = await batches.next();
      if (next.done !== true) {
        await nextTick();
        if (communicator === undefined && signal?.aborted === true) return false;
        continue;
      }
      const { loss, perplexity } = next.value;
      const verdict = recordEvaluation(this.state, loss, earlyStopping?.minDelta ?? 0);
      if (verdict.improved && earlyStopping?.restoreBest === true) this.bestWeights = await readWeights(this.trained);
      const { trainLoss, overfitting } = verdict;
      yield { type: 'evaluation', step, trainLoss, validationLoss: loss, perplexity, best: this.state.best! };
      if (overfitting !== undefined) yield { type: 'warning', code: 'overfitting', step, message: overfitting };
      return true;
    }
  }

  private async *checkpoint(): AsyncGenerator<TrainingEvent, void, void> {
    const path = await this.save();
    if (path !== undefined) yield { type: 'checkpoint', step: this.state.step, path };
  }

  // Nothing where this step is saved already. One process writes for all.
  private async save(): Promise<string | undefined> {
    const { step, finished } = this.state;
    if (this.checkpoints === undefined || (this.settings.communicator?.rank ?? 0) !== 0) return undefined;
    if (this.saved.step === step && this.saved.finished === (finished !== undefined)) return undefined;
    const path = await this.checkpoints.save(this.state, this.bestWeights);
    this.saved = { path, step, finished: finished !== undefined };
    return path;
  }

  private async *finish(reason: FinishReason, alreadyFinished: boolean): AsyncGenerator<TrainingEvent, TrainingResult> {
    const { step, trainLoss, validationLoss, best } = this.state;
    // First the weights of the last step are saved, then those of the best evaluation restored.
    const path = alreadyFinished ? undefined : await this.save();
    const restoredBest = reason !== 'aborted' && this.bestWeights !== undefined && best!.step !== step;
    if (restoredBest) writeWeights(this.trained, this.bestWeights!);
    const kept = this.describeKept(restoredBest);
    if (path !== undefined) yield { type: 'checkpoint', step, path };
    yield { type: 'finished', reason, step, alreadyFinished, kept };
    const checkpoint = this.saved.path;
    return { reason, steps: step, trainLoss, validationLoss, best, restoredBest, checkpoint, kept };
  }

  private describeKept(restoredBest: boolean): string {
    const { best, step } = this.state;
    const weights = restoredBest
      ? `the model has the weights of its best evaluation, at step ${best!.step}`
      : `the model has the weights of step ${step}`;
    if (this.checkpoints === undefined) return weights;
    if (this.saved.path === undefined) return `${weights}; no checkpoint was written`;
    return `${weights}; step ${this.saved.step} is saved as ${this.saved.path} in ${this.checkpoints.description}`;
  }
}
