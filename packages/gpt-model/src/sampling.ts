import { check, ConfigError, foldIn, randomUniform, type RandomKey } from '@gptloom/core';

/** How the next token is chosen from the logits. */
export interface SamplingOptions {
  /** Divides the logits; 0 takes the most likely token. Default 1. */
  readonly temperature?: number | undefined;
  /** Keeps the k most likely tokens. Default: all. */
  readonly topK?: number | undefined;
  /** Keeps the smallest set of most likely tokens whose probability reaches p (Holtzman et al. 2020). Default 1: all. */
  readonly topP?: number | undefined;
  /** Any integer; the same seed gives the same tokens. Default 0. */
  readonly seed?: number | undefined;
}

/** The rules of SamplingOptions, for `checkOptions`. */
export const samplingChecks = {
  temperature: check.optional(check.nonNegativeNumber),
  topK: check.optional(check.positiveInteger),
  topP: check.optional(check.share),
  seed: check.optional(check.integer),
} as const;

/**
 * Chooses a token from the logits `[vocabSize]` of one position: temperature, then top-k, then top-p, then a draw. Of
 * equal logits the smaller id comes first.
 *
 * @param key the random key of this position; ignored when the temperature is 0
 */
export function sampleToken(
  logits: Float32Array,
  { temperature = 1, topK, topP = 1 }: SamplingOptions,
  key: RandomKey,
): number {
  const best = argmax(logits);
  if (!Number.isFinite(logits[best])) {
    throw new ConfigError({
      who: 'sampleToken',
      rule: 'the largest logit must be a finite number, not NaN',
      received: String(logits[best]),
      suggestion: 'check the loss of the training run that made this model',
    });
  }
  if (temperature === 0 || topK === 1) return best;

  let order: Uint32Array | undefined;
  if ((topK !== undefined && topK < logits.length) || topP < 1) {
    order = Uint32Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
    if (topK !== undefined) order = order.subarray(0, topK);
  }
  const candidates = order ?? Uint32Array.from(logits.keys());
  const weights = Float64Array.from(candidates, (id) => Math.exp((logits[id]! - logits[best]!) / temperature));
  let total = weights.reduce((sum, weight) => sum + weight, 0);
  let kept = weights.length;
  if (topP < 1) {
    let mass = 0;
    kept = 0;
    // At least one token is kept: the test comes after the first is added.
    do mass += weights[kept++]!;
    while (kept < weights.length && mass < topP * total);
    total = mass;
  }
  let remaining = randomUniform(foldIn(key, 'sample'), 1)[0]! * total;
  for (let i = 0; i < kept; i++) {
    remaining -= weights[i]!;
    if (remaining < 0) return candidates[i]!;
  }
  return candidates[kept - 1]!;
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 0; i < values.length; i++) {
    // A NaN anywhere is handed back, so that it is refused rather than skipped.
    if (Number.isNaN(values[i]!)) return i;
    if (values[i]! > values[best]!) best = i;
  }
  return best;
}
