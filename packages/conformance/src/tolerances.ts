/** How far a computed number may be from the true one: `|computed - true| <= absolute + relative |true|`. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/**
 * The one table of tolerances of the project. float32 has 24 bits, so one rounding is 6e-8 relative; what follows is that
 * times the number of roundings that add up, with a margin of about ten.
 */
export const tolerances = {
  /** Values of single ops on sizes below 100: some 10 roundings of numbers up to 10, and approximated exp and erf. */
  opValue: { absolute: 2e-5, relative: 2e-5 },
  /** Gradients of single ops: twice the operations of the value, and sums over rows that cancel. */
  opGradient: { absolute: 5e-5, relative: 5e-5 },
  /**
   * A directional derivative against central differences in float64, relative to the sum of the absolute terms: those are
   * right to 1e-9, so what is left is the float32 gradient.
   */
  finiteDifference: { absolute: 2e-5, relative: 5e-5 },
  /** Logits of small random models against their reference: SEMANTICS asks for 1e-4 absolute. */
  modelLogits: { absolute: 1e-4, relative: 0 },
  /** A sum of losses over a small batch, each of which carries the error of its logits. */
  modelLoss: { absolute: 1e-4, relative: 1e-5 },
} as const satisfies Record<string, Tolerance>;

/** The first number that is outside the tolerance, in words, or undefined when all are within. */
export function findDeviation(
  computed: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute, relative }: Tolerance,
): string | undefined {
  if (computed.length !== expected.length) return `${computed.length} numbers instead of ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(computed[i]! - expected[i]!);
    // Written so that NaN is a deviation.
    if (!(difference <= absolute + relative * Math.abs(expected[i]!))) {
      return `number ${i} is ${computed[i]} instead of ${expected[i]}`;
    }
  }
  return undefined;
}
