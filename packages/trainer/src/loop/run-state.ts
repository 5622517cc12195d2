import type { BestEvaluation, FinishReason } from '../training-event.ts';

/**
 * Where a run stands, beside its weights and its optimizer. All of it goes into a checkpoint, as JSON, so that a run that
 * resumes can not be told from one that never stopped.
 */
export interface RunState {
  /** Steps made. It is the data cursor too: batches are a pure function of seed and step. */
  step: number;
  /** Loss of the last step, in nats per target. */
  trainLoss?: number;
  /** Sum of losses since the last evaluation, in nats. */
  lossSum: number;
  /** Weight of the targets since the last evaluation. */
  targets: number;
  /** Steps that had been made at the last evaluation. */
  evaluatedStep?: number;
  /** Loss of the last evaluation, in nats per target. */
  validationLoss?: number;
  best?: BestEvaluation;
  /** Evaluations in a row that improved nothing. */
  badEvaluations: number;
  /** Gaps between validation and training loss, as long as each is larger than the one before. */
  growingGaps: number[];
  /** Why the run ended; absent while it can go on. */
  finished?: Exclude<FinishReason, 'aborted'>;
}

/** The state before the first step. */
export function newRunState(): RunState {
  return { step: 0, lossSum: 0, targets: 0, badEvaluations: 0, growingGaps: [] };
}
