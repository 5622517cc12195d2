import { check, ConfigError, foldIn, randomUniform, type RandomKey } from '@gptloom/core';
import { mostLikely } from './most-likely.ts';

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

  const top = topK === undefined || topK >= logits.length ? undefined : mostLikely(logits, topK);
  const weights = weightsOf(logits, top, logits[best]!, temperature);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = randomUniform(foldIn(key, 'sample'), 1)[0]!;
  if (topP === 1) return draw(top, weights, weights.length, share * total);

  // All weights below this bound together are less than what top-p leaves out.
  const bound = logits[best]! + temperature * Math.log(((1 - topP) * total) / weights.length);
  // A little lower, because the logarithm is rounded.
  const order = top ?? mostLikely(logits, logits.length, bound - 1e-3 * (1 + Math.abs(bound)));
  const ordered = top === undefined ? weightsOf(logits, order, logits[best]!, temperature) : weights;
  let mass = 0;
  let kept = 0;
  // At least one token is kept: the test comes after the first is added.
  do mass += ordered[kept++]!;
  while (kept < ordered.length && mass < topP * total);
  return draw(order, ordered, kept, share * mass);
}

/** Unnormalized probabilities of some ids, or of all: 1 for that of the logit `best`. */
function weightsOf(
  logits: Float32Array,
  ids: Uint32Array | undefined,
  best: number,
  temperature: number,
): Float64Array {
  const weights = new Float64Array(ids?.length ?? logits.length);
  for (let i = 0; i < weights.length; i++) {
    weights[i] = Math.exp((logits[ids === undefined ? i : ids[i]!]! - best) / temperature);
  }
  return weights;
}

/** The id, of the first `count`, in whose part of the line of all weights the point `remaining` lies. */
function draw(ids: Uint32Array | undefined, weights: Float64Array, count: number, remaining: number): number {
  let at = 0;
  for (; at < count - 1; at++) {
    remaining -= weights[at]!;
    if (remaining < 0) break;
  }
  return ids?.[at] ?? at;
}

function argmax(values: Float32Array): number {
  let best = 0;
  let largest = -Infinity;
  // Read once: in a loop that V8 has compiled in haste, reading it takes twice as long as all the rest.
  const { length } = values;
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (value <= largest) continue;
    // A NaN anywhere is handed back, so that it is refused rather than skipped.
    if (Number.isNaN(value)) return i;
    best = i;
    largest = value;
  }
  return best;
}
