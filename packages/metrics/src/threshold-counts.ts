import { check, checkOptions, ConfigError, describeValue, ShapeError } from '@gptloom/core';
import { checkSampleWeight } from './sample-weight.ts';
import { checkLabelKind, checkSameLength, distinctLabels } from './targets.ts';
import type { ClassLabel, Labels } from './targets.ts';

/** Options of metrics that rank examples by the score of one class. */
export interface RankingOptions {
  /** The class whose scores are given. Default the greater of the two labels in `truth`. */
  readonly positiveLabel?: ClassLabel | undefined;
  /** A weight for each example. Default 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
}

/** Refuses scores that are not finite numbers. */
export function checkScores(who: string, name: string, scores: ArrayLike<number>): void {
  for (let i = 0; i < scores.length; i++) {
    const score: unknown = scores[i];
    if (typeof score !== 'number' || !Number.isFinite(score)) {
      throw new ShapeError({
        who,
        rule: `${name} must be finite numbers`,
        received: `${describeValue(score)} at ${i}`,
      });
    }
  }
}

/** Checks the arguments of a binary ranking metric and says, for each example, whether it is positive. */
export function checkRanking(
  who: string,
  truth: Labels,
  scores: ArrayLike<number>,
  options: RankingOptions,
): { readonly positive: boolean[]; readonly classes: number } {
  checkOptions<RankingOptions>(who, options, {
    positiveLabel: check.optional(check.either(check.string, check.integer)),
    sampleWeight: check.anything,
  });
  checkSameLength(who, ['truth', 'scores'], truth, scores);
  checkLabelKind(who, 'truth', truth);
  checkScores(who, 'scores', scores);
  checkSampleWeight(who, options.sampleWeight, truth.length);
  const present = distinctLabels(truth);
  const positiveLabel = options.positiveLabel ?? present.at(-1)!;
  if (present.length > 2 || (present.length === 2 && !present.includes(positiveLabel))) {
    throw new ConfigError({
      who,
      rule: 'truth must have two classes, one of them positiveLabel',
      received: `positiveLabel ${describeValue(positiveLabel)} and classes ${describeValue(present)}`,
    });
  }
  return { positive: Array.from(truth, (label) => label === positiveLabel), classes: present.length };
}

/** For each distinct score, from the highest down: the weight of positives and of negatives at or above it. */
export function thresholdCounts(
  positive: readonly boolean[],
  scores: ArrayLike<number>,
  sampleWeight: ArrayLike<number> | undefined,
): { readonly truePositives: number[]; readonly falsePositives: number[] } {
  const order = positive.map((_, i) => i).filter((i) => sampleWeight?.[i] !== 0);
  order.sort((a, b) => scores[b]! - scores[a]!);
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  let hits = 0;
  let misses = 0;
  order.forEach((example, place) => {
    const weight = sampleWeight?.[example] ?? 1;
    if (positive[example] === true) hits += weight;
    else misses += weight;
    const next = order[place + 1];
    if (next !== undefined && scores[next] === scores[example]) return;
    truePositives.push(hits);
    falsePositives.push(misses);
  });
  return { truePositives, falsePositives };
}
