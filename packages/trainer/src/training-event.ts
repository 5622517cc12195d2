/** The best evaluation of a run so far. */
export interface BestEvaluation {
  /** Steps that had been made. */
  readonly step: number;
  /** Nats per target. */
  readonly validationLoss: number;
}

/** Why a run ended: all steps made, stopped by an AbortSignal, or validation no longer improved. */
export type FinishReason = 'steps' | 'aborted' | 'early-stopping';

/** The run begins, or goes on from a checkpoint. */
export interface StartedEvent {
  /** What kind of event this is. */
  readonly type: 'started';
  /** Steps already made: 0, or where the checkpoint stands. */
  readonly step: number;
  /** Steps to be made in all. */
  readonly steps: number;
  /** Path of the checkpoint that was resumed, inside its store. */
  readonly resumedFrom?: string | undefined;
}

/** A step is done and the weights have changed. */
export interface StepEvent {
  /** What kind of event this is. */
  readonly type: 'step';
  /** Steps made, this one included. */
  readonly step: number;
  /** Steps to be made in all. */
  readonly steps: number;
  /** Training loss of the step's whole window, before the update, in nats per target. */
  readonly loss: number;
  /** Learning rate of the update. */
  readonly learningRate: number;
  /** Global norm of the gradient before clipping. */
  readonly gradNorm: number;
  /** Real tokens that the step saw, over all processes. */
  readonly tokens: number;
  /** Those tokens divided by the step's wall-clock time. */
  readonly tokensPerSecond: number;
}

/** The validation data were evaluated. */
export interface EvaluationEvent {
  /** What kind of event this is. */
  readonly type: 'evaluation';
  /** Steps made. */
  readonly step: number;
  /** Mean training loss since the evaluation before, in nats per target; absent before the first step. */
  readonly trainLoss?: number | undefined;
  /** Nats per target. */
  readonly validationLoss: number;
  /** `exp(validationLoss)`. */
  readonly perplexity: number;
  /** The best evaluation so far, this one included. */
  readonly best: BestEvaluation;
}

/** A checkpoint is complete on disk. */
export interface CheckpointEvent {
  /** What kind of event this is. */
  readonly type: 'checkpoint';
  /** Steps made. */
  readonly step: number;
  /** Path of the checkpoint inside its store. */
  readonly path: string;
}

/** Something that does not stop the run, but that the user should know. */
export interface WarningEvent {
  /** What kind of event this is. */
  readonly type: 'warning';
  /**
   * `overfitting`: the gap between training and validation loss keeps growing. `damaged-checkpoint`: a checkpoint could
   * not be read and an older one, if any, was taken.
   */
  readonly code: 'overfitting' | 'damaged-checkpoint';
  /** Steps made. */
  readonly step: number;
  /** What was seen and what to do, in a sentence. */
  readonly message: string;
}

/** The run ended; nothing follows. */
export interface FinishedEvent {
  /** What kind of event this is. */
  readonly type: 'finished';
  /** Why it ended. */
  readonly reason: FinishReason;
  /** Steps made. */
  readonly step: number;
  /** Whether the run had already ended when it was started again, so that nothing was done. */
  readonly alreadyFinished: boolean;
  /** Which weights the model has and, with checkpoints, where the run is saved; in a sentence. */
  readonly kept: string;
}

/** What a training run tells, in order. */
export type TrainingEvent = StartedEvent | StepEvent | EvaluationEvent | CheckpointEvent | WarningEvent | FinishedEvent;

/** What a training run comes to. The weights themselves are in the model. */
export interface TrainingResult {
  /** Why it ended. */
  readonly reason: FinishReason;
  /** Steps made, those before a resume included. */
  readonly steps: number;
  /** Loss of the last step, in nats per target; absent where no step was made. */
  readonly trainLoss?: number | undefined;
  /** Loss of the last evaluation, in nats per target. */
  readonly validationLoss?: number | undefined;
  /** The best evaluation. */
  readonly best?: BestEvaluation | undefined;
  /** Whether the model holds the weights of the best evaluation, not those of the last step. */
  readonly restoredBest: boolean;
  /** Path of the newest checkpoint inside its store. */
  readonly checkpoint?: string | undefined;
  /** Which weights the model has and, with checkpoints, where the run is saved; in a sentence. */
  readonly kept: string;
}

/** What an evaluation comes to. */
export interface EvaluationResult {
  /** Mean loss in nats per target. */
  readonly loss: number;
  /** `exp(loss)`. */
  readonly perplexity: number;
  /** Weight of all targets that were evaluated. */
  readonly targets: number;
}

/** A batch of an evaluation is done. */
export interface EvaluationProgress {
  /** What kind of event this is. */
  readonly type: 'batch';
  /** Batches done. */
  readonly batch: number;
  /** Batches in all. */
  readonly batches: number;
}
