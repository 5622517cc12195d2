/**
 * The value below which a share of the values lies, interpolated between neighbours (as numpy.quantile).
 *
 * @throws RangeError where there are no values
 */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('a quantile needs at least one value');
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** How far apart values are: the range of the middle four fifths, as a share of the median. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.9) - quantile(values, 0.1)) / median(values);
}

/**
 * How many times as fast as a reference: the median over the rounds of the ratio within each round. Values of one round
 * were measured seconds apart, so what slowed the machine down slowed both.
 *
 * @param better whether small values are fast (`ms`) or large ones (`MB/s`)
 * @throws RangeError where the two do not have the same rounds
 */
export function relativeSpeed(
  values: readonly number[],
  reference: readonly number[],
  better: 'lower' | 'higher',
): number {
  if (values.length !== reference.length) {
    throw new RangeError(`a ratio by rounds needs equally many of both, not ${values.length} and ${reference.length}`);
  }
  return median(values.map((value, i) => (better === 'lower' ? reference[i]! / value : value / reference[i]!)));
}
