import { check, checkOptions, foldIn, randomBits, randomKey, ShapeError } from '@gptloom/core';
import { checkScores } from './threshold-counts.ts';

/** Options of {@link bootstrapStandardError}. */
export interface BootstrapOptions {
  /** Decides what is drawn; the same seed gives the same answer everywhere. */
  readonly seed: number;
  /** How many times the values are drawn anew. Default 1000. */
  readonly resamples?: number | undefined;
}

/**
 * The standard error of a mean by the bootstrap (Efron 1979): the standard deviation of the means of resamples, each of
 * which draws as many values as there are, with replacement. Its own relative error is about `1 / sqrt(2 resamples)`.
 *
 * @param values one value for each example, for example 1 for right and 0 for wrong
 * @throws ShapeError for fewer than two values, or values that are not finite
 */
export function bootstrapStandardError(values: ArrayLike<number>, options: BootstrapOptions): number {
  const who = 'bootstrapStandardError';
  checkOptions<BootstrapOptions>(who, options, {
    seed: check.integer,
    resamples: check.optional((v) => (Number.isSafeInteger(v) && (v as number) > 1 ? undefined : 'must be 2 or more')),
  });
  checkScores(who, 'values', values);
  const count = values.length;
  if (!(count >= 2)) throw new ShapeError({ who, rule: 'there must be at least two values', received: `${count}` });
  const key = foldIn(randomKey(options.seed), 'bootstrap');
  const means = Array.from({ length: options.resamples ?? 1000 }, (_, resample) => {
    const bits = randomBits(foldIn(key, resample), count);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[Math.floor((bits[i]! / 2 ** 32) * count)]!;
    return sum / count;
  });
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  return Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (means.length - 1));
}
