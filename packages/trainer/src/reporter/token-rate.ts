import type { StepEvent } from '../training-event.ts';

/** Tokens per second over several steps, without the time between them. */
export interface TokenRate {
  /** Counts a step. */
  add(step: Pick<StepEvent, 'tokens' | 'tokensPerSecond'>): void;
  /** All tokens divided by all seconds since the restart, or what it was before while no step has come since; 0 at first. */
  perSecond(): number;
  /** Begins again. */
  restart(): void;
}

/**
 * A mean over the steps since the restart. Where there is none, steps further back than `windowSeconds` lose weight: at
 * every such span the sums are halved.
 */
export function createTokenRate(windowSeconds: number): TokenRate {
  let tokens = 0;
  let seconds = 0;
  let restarted = false;
  return {
    add(step) {
      if (!(step.tokensPerSecond > 0)) return;
      if (restarted) tokens = seconds = 0;
      else if (seconds > windowSeconds) {
        tokens /= 2;
        seconds /= 2;
      }
      restarted = false;
      tokens += step.tokens;
      seconds += step.tokens / step.tokensPerSecond;
    },
    perSecond: () => (seconds > 0 ? tokens / seconds : 0),
    restart() {
      restarted = true;
    },
  };
}
