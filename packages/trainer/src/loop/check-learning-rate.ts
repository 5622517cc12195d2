import { ConfigError, describeValue } from '@gptloom/core';

/**
 * Refuses what a schedule may give by mistake, before it spoils the weights.
 *
 * @throws ConfigError unless it is a finite number of at least 0 that a float32 holds
 */
export function checkLearningRate(rate: number, step: number): void {
  if (typeof rate === 'number' && rate >= 0 && Number.isFinite(Math.fround(rate))) return;
  throw new ConfigError({
    who: 'Trainer',
    rule: `the learning rate must be a finite number of at least 0; the weights are still those of step ${step}`,
    received: `${describeValue(rate)} for step ${step + 1}`,
    suggestion: 'look at what the schedule gives for each step from 0 on',
  });
}
