/** Estimates how long a run has still to go. */
export interface TrainingClock {
  /** Tells it that a step was reached; gives the seconds left, unknown before the second call. */
  secondsLeft(step: number, steps: number): number | undefined;
}

/**
 * A clock that divides the time since its first call by the steps since then. So evaluations and checkpoints count, and
 * steps from before a resume do not.
 *
 * @param now current time in seconds
 */
export function createTrainingClock(now: () => number): TrainingClock {
  let first: { readonly step: number; readonly time: number } | undefined;
  return {
    secondsLeft(step, steps) {
      first ??= { step, time: now() };
      if (step === first.step) return undefined;
      return ((now() - first.time) / (step - first.step)) * (steps - step);
    },
  };
}

/** Seconds as people read them: `45s`, `3m05s`, `2h07m`. */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
}
