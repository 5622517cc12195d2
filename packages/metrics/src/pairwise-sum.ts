function sumRange(values: ArrayLike<number>, start: number, count: number): number {
  if (count < 8) {
    let sum = 0;
    for (let i = start; i < start + count; i++) sum += values[i]!;
    return sum;
  }
  if (count > 128) {
    let half = Math.floor(count / 2);
    half -= half % 8;
    return sumRange(values, start, half) + sumRange(values, start + half, count - half);
  }
  const lanes = [0, 0, 0, 0, 0, 0, 0, 0];
  const end = start + count - (count % 8);
  for (let i = start; i < end; i += 8) for (let lane = 0; lane < 8; lane++) lanes[lane]! += values[i + lane]!;
  let sum = lanes[0]! + lanes[1]! + (lanes[2]! + lanes[3]!) + (lanes[4]! + lanes[5]! + (lanes[6]! + lanes[7]!));
  for (let i = end; i < start + count; i++) sum += values[i]!;
  return sum;
}

/**
 * The sum of numbers in the order in which numpy adds them (pairwise, in blocks of 128 with eight lanes), so that
 * metrics equal scikit-learn's to the last bit. Its error grows with the logarithm of the count.
 */
export function pairwiseSum(values: ArrayLike<number>): number {
  return sumRange(values, 0, values.length);
}

/** The mean, with weights where given: `sum(w v) / sum(w)`. As numpy.average. */
export function average(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  if (weights === undefined) return pairwiseSum(values) / values.length;
  return pairwiseSum(Array.from(values, (value, i) => value * weights[i]!)) / pairwiseSum(weights);
}

/**
 * The mean of the values that are not NaN; NaN if all are. Weights that sum to 0 are left aside. As the averages of
 * scikit-learn's precision and recall.
 */
export function averageWithoutNaN(values: readonly number[], weights?: ArrayLike<number>): number {
  const kept = values.map((_, i) => i).filter((i) => !Number.isNaN(values[i]));
  if (kept.length === 0) return NaN;
  // numpy's nanmean replaces NaN by 0 before it adds, which decides the order of the sum.
  if (weights === undefined) return pairwiseSum(values.map((v) => (Number.isNaN(v) ? 0 : v))) / kept.length;
  const keptValues = kept.map((i) => values[i]!);
  const keptWeights = kept.map((i) => weights[i]!);
  return pairwiseSum(keptWeights) === 0 ? average(keptValues) : average(keptValues, keptWeights);
}
