import type { RunState } from './run-state.ts';

/** After so many evaluations in a row with a larger gap each, overfitting is reported. */
const growthsUntilWarning = 3;

/** What an evaluation means for the run. */
export interface EvaluationVerdict {
  /** Mean training loss since the evaluation before. */
  readonly trainLoss: number | undefined;
  /** Whether it is the best so far. */
  readonly improved: boolean;
  /** Says that the gap between training and validation loss keeps growing, when it does. */
  readonly overfitting: string | undefined;
}

/** Enters a validation loss into the state: best evaluation, evaluations without improvement, growing gaps. */
export function recordEvaluation(state: RunState, validationLoss: number, minDelta: number): EvaluationVerdict {
  const trainLoss = state.targets > 0 ? state.lossSum / state.targets : undefined;
  state.lossSum = 0;
  state.targets = 0;
  state.evaluatedStep = state.step;
  state.validationLoss = validationLoss;
  const improved = state.best === undefined || validationLoss < state.best.validationLoss - minDelta;
  if (improved) state.best = { step: state.step, validationLoss };
  state.badEvaluations = improved ? 0 : state.badEvaluations + 1;
  return { trainLoss, improved, overfitting: trainLoss === undefined ? undefined : watchGap(state, trainLoss) };
}

function watchGap(state: RunState, trainLoss: number): string | undefined {
  const gap = state.validationLoss! - trainLoss;
  const last = state.growingGaps.at(-1);
  if (gap > 0 && last !== undefined && gap > last) state.growingGaps.push(gap);
  else state.growingGaps = gap > 0 ? [gap] : [];
  // Exactly once in a streak: the first gap is where it starts.
  if (state.growingGaps.length !== growthsUntilWarning + 1) return undefined;
  const gaps = state.growingGaps.map((value) => value.toFixed(3)).join(', ');
  const advice =
    state.badEvaluations > 0
      ? `the best evaluation was at step ${state.best!.step}: stop early, or use more data, dropout or weight decay`
      : 'validation still improves, so training on helps for now';
  return `validation loss minus training loss keeps growing (${gaps} nats); ${advice}`;
}
