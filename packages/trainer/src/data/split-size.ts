import { check, checkOptions, ConfigError } from '@gptloom/core';
import type { SplitOptions } from './dataset.ts';

/** How many of `size` items come before the held-out part: `floor((1 - validation) * size)`, as in nanoGPT. */
export function splitSize(who: string, size: number, options: SplitOptions): number {
  checkOptions(who, options, { validation: check.positiveNumber });
  if (options.validation >= 1) {
    throw new ConfigError({ who, rule: 'validation must be below 1', received: `${options.validation}` });
  }
  // The small addend undoes the rounding of 1 - validation: 0.9 of 10 items are 9.
  return Math.floor((1 - options.validation) * size + 1e-9);
}
