import { check, checkOptions } from '@gptloom/core';
import type { Schedule } from './schedule.ts';
import { warmupFactor } from './warmup-factor.ts';

/** The numbers of a constant schedule. */
export interface ConstantScheduleOptions {
  /** The rate after warm-up. */
  readonly learningRate: number;
  /** Steps over which the rate rises linearly. Default 0. */
  readonly warmupSteps?: number | undefined;
}

/**
 * The same rate at every step: `learningRate`, after a warm-up of `learningRate * (step + 1) / (warmupSteps + 1)`.
 *
 * ```ts
 * import { constantSchedule } from '@gptloom/trainer';
 * constantSchedule({ learningRate: 1e-3, warmupSteps: 9 }).rate(4); // 0.0005
 * ```
 *
 * @throws ConfigError for a rate that is not positive
 */
export function constantSchedule(options: ConstantScheduleOptions): Schedule {
  checkOptions('constantSchedule', options, {
    learningRate: check.positiveNumber,
    warmupSteps: check.optional(check.nonNegativeInteger),
  });
  const { learningRate, warmupSteps = 0 } = options;
  return {
    description: `constant(learningRate ${learningRate}, warmupSteps ${warmupSteps})`,
    rate: (step) => learningRate * warmupFactor(step, warmupSteps),
  };
}
