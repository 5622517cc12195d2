import { check, checkOptions, ShapeError } from '@gptloom/core';

/** Options of {@link wilsonInterval}. */
export interface WilsonOptions {
  /** The share of experiments in which the interval holds the true rate. Default 0.95. */
  readonly confidence?: 0.9 | 0.95 | 0.99 | undefined;
}

// Quantiles of the standard normal distribution at (1 + confidence) / 2.
const quantiles = { 0.9: 1.6448536269514722, 0.95: 1.959963984540054, 0.99: 2.5758293035489004 } as const;

/**
 * The Wilson score interval of a rate (Wilson 1927), for example of an accuracy: `[low, high]`, both from 0 to 1. It
 * holds up for few trials and for rates near 0 and 1, where `p ± z sqrt(p (1 - p) / n)` does not. Equal to
 * `scipy.stats.binomtest(...).proportion_ci(method='wilson')` within 1e-14.
 *
 * @param successes how many trials succeeded
 * @param trials how many there were, at least 1
 * @throws ShapeError for numbers that are no counts
 */
export function wilsonInterval(successes: number, trials: number, options: WilsonOptions = {}): [number, number] {
  const who = 'wilsonInterval';
  checkOptions<WilsonOptions>(who, options, { confidence: check.optional(check.oneOf(0.9, 0.95, 0.99)) });
  if (
    !Number.isSafeInteger(successes) ||
    !Number.isSafeInteger(trials) ||
    successes < 0 ||
    trials < Math.max(1, successes)
  ) {
    throw new ShapeError({
      who,
      rule: 'successes and trials must be counts, successes at most trials, trials at least 1',
      received: `${successes} of ${trials}`,
    });
  }
  const z = quantiles[options.confidence ?? 0.95];
  const rate = successes / trials;
  const scale = 1 + z ** 2 / trials;
  const center = (rate + z ** 2 / (2 * trials)) / scale;
  const reach = (z / scale) * Math.sqrt((rate * (1 - rate)) / trials + z ** 2 / (4 * trials ** 2));
  return [successes === 0 ? 0 : center - reach, successes === trials ? 1 : center + reach];
}
