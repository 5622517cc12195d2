import { check, checkOptions, ConfigError } from '@gptloom/core';
import type { Schedule } from './schedule.ts';
import { warmupFactor } from './warmup-factor.ts';

/** The numbers of a cosine schedule. */
export interface CosineScheduleOptions {
  /** The highest rate, reached after warm-up. */
  readonly peak: number;
  /** Steps over which the rate rises linearly. Default 0. */
  readonly warmupSteps?: number | undefined;
  /** The step at which the rate reaches `final`, where it stays. */
  readonly totalSteps: number;
  /** The lowest rate. Default `peak / 10`. */
  readonly final?: number | undefined;
}

/**
 * Warm-up, then half a cosine: `peak * (step + 1) / (warmupSteps + 1)` below `warmupSteps`, then
 * `final + (1 + cos(pi * (step - warmupSteps) / (totalSteps - warmupSteps))) / 2 * (peak - final)`, and `final` from
 * `totalSteps` on. Source: nanoGPT, train.py, `get_lr`; Loshchilov and Hutter 2017 (SGDR), equation 5.
 *
 * ```ts
 * import { cosineSchedule } from '@gptloom/trainer';
 * cosineSchedule({ peak: 1e-3, warmupSteps: 100, totalSteps: 2000 }).rate(2000); // 0.0001
 * ```
 *
 * @throws ConfigError for a warm-up that is longer than the whole, or a final rate above the peak
 */
export function cosineSchedule(options: CosineScheduleOptions): Schedule {
  checkOptions('cosineSchedule', options, {
    peak: check.positiveNumber,
    warmupSteps: check.optional(check.nonNegativeInteger),
    totalSteps: check.positiveInteger,
    final: check.optional(check.nonNegativeNumber),
  });
  const { peak, warmupSteps = 0, totalSteps, final = peak / 10 } = options;
  if (warmupSteps > totalSteps) {
    throw new ConfigError({
      who: 'cosineSchedule',
      rule: 'warmupSteps must be at most totalSteps',
      received: `warmupSteps ${warmupSteps}, totalSteps ${totalSteps}`,
    });
  }
  if (final > peak) {
    throw new ConfigError({
      who: 'cosineSchedule',
      rule: 'final must not be above peak',
      received: `final ${final}, peak ${peak}`,
    });
  }
  return {
    description: `cosine(peak ${peak}, warmupSteps ${warmupSteps}, totalSteps ${totalSteps}, final ${final})`,
    rate(step) {
      if (step < warmupSteps) return peak * warmupFactor(step, warmupSteps);
      // The end of the cosine is the same value; where all steps are warm-up, there is no cosine to divide.
      if (step >= totalSteps) return final;
      const progress = (step - warmupSteps) / (totalSteps - warmupSteps);
      return final + 0.5 * (1 + Math.cos(Math.PI * progress)) * (peak - final);
    },
  };
}
