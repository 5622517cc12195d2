import { pairwiseSum } from './pairwise-sum.ts';
import type { Labels } from './targets.ts';
import { checkRanking, thresholdCounts } from './threshold-counts.ts';
import type { RankingOptions } from './threshold-counts.ts';

/**
 * Average precision of a binary ranking: `sum over thresholds of (recall_n - recall_(n-1)) precision_n`, without
 * interpolation. Equal to scikit-learn's `average_precision_score`, to the last bit; 0 where no example is positive.
 *
 * @param truth a label of one of two classes for each example
 * @param scores how positive each example looks; any finite numbers
 * @throws ShapeError for lists that are empty, of different lengths, or not finite
 * @throws ConfigError for more than two classes
 */
export function averagePrecision(truth: Labels, scores: ArrayLike<number>, options: RankingOptions = {}): number {
  const { positive } = checkRanking('averagePrecision', truth, scores, options);
  const { truePositives, falsePositives } = thresholdCounts(positive, scores, options.sampleWeight);
  const total = truePositives.at(-1)!;
  if (total === 0) return 0;
  // From the lowest threshold up, the order in which scikit-learn adds.
  const steps: number[] = [];
  for (let n = truePositives.length - 1; n >= 0; n--) {
    const hits = truePositives[n]!;
    const before = n === 0 ? 0 : truePositives[n - 1]! / total;
    const flagged = hits + falsePositives[n]!;
    steps.push((before - hits / total) * (flagged === 0 ? 0 : hits / flagged));
  }
  return Math.max(0, -pairwiseSum(steps));
}
