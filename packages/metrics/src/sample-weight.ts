import { ConfigError, describeValue, ShapeError } from '@gptloom/core';

/** Refuses weights that are not as many as the examples, not finite, negative, or zero altogether. */
export function checkSampleWeight(who: string, weights: ArrayLike<number> | undefined, examples: number): void {
  if (weights === undefined) return;
  if (typeof weights !== 'object' || weights === null || weights.length !== examples) {
    throw new ShapeError({
      who,
      rule: `sampleWeight must hold one weight for each of the ${examples} examples`,
      received: Array.isArray(weights) ? `${weights.length}` : describeValue(weights),
    });
  }
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight: unknown = weights[i];
    if (typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0) {
      throw new ConfigError({
        who,
        rule: 'each sampleWeight must be a finite number that is not negative',
        received: `${describeValue(weight)} at ${i}`,
      });
    }
    total += weight;
  }
  if (total === 0) throw new ConfigError({ who, rule: 'sampleWeight must not be zero for all examples' });
}
