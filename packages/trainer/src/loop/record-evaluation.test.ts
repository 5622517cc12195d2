import { describe, expect, it } from 'vitest';
import { recordEvaluation } from './record-evaluation.ts';
import { newRunState } from './run-state.ts';

/** The evaluations that warn, for training losses and validation losses in order. */
function warnings(losses: readonly (readonly [number, number])[]): number[] {
  const state = newRunState();
  return losses.flatMap(([trainLoss, validationLoss], index) => {
    Object.assign(state, { step: index, lossSum: trainLoss * 10, targets: 10 });
    return recordEvaluation(state, validationLoss, 0).overfitting === undefined ? [] : [index];
  });
}

describe('recordEvaluation', () => {
  it('warns once when the gap grew three times in a row', () => {
    const gaps = (...values: number[]): [number, number][] => values.map((gap) => [2 - gap, 2]);
    expect(warnings(gaps(0.1, 0.2, 0.3, 0.4, 0.5, 0.6))).toEqual([3]);
    expect(warnings(gaps(0.1, 0.2, 0.3, 0.2, 0.3, 0.4))).toEqual([]);
    expect(warnings(gaps(0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4))).toEqual([3, 7]);
    expect(warnings(gaps(-0.4, -0.3, -0.2, -0.1))).toEqual([]);
  });

  it('says whether validation still improves', () => {
    const message = (validation: readonly number[]): string | undefined => {
      const state = newRunState();
      return validation
        .map((loss, index) => {
          Object.assign(state, { step: index, lossSum: loss - 0.1 * (index + 1), targets: 1 });
          return recordEvaluation(state, loss, 0).overfitting;
        })
        .at(-1);
    };
    expect(message([2, 1.9, 1.8, 1.7])).toMatch(/\(0.100, 0.200, 0.300, 0.400 nats\); validation still improves/);
    expect(message([2, 1.9, 2.0, 2.1])).toMatch(/best evaluation was at step 1: stop early/);
  });

  it('counts as better only what is lower by more than minDelta', () => {
    const state = newRunState();
    const improved = [2, 1.95, 1.85, 1.9].map((loss) => recordEvaluation(state, loss, 0.1).improved);
    expect(improved).toEqual([true, false, true, false]);
    expect(state).toMatchObject({ best: { validationLoss: 1.85 }, badEvaluations: 1 });
  });
});
