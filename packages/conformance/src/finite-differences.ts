import { foldIn, randomKey, randomNormal } from '@gptloom/core';
import { hostOp } from './host-ops.ts';
import type { HostTensor, OpCase } from './op-case.ts';
import type { Tolerance } from './tolerances.ts';

/** Truncation error 1e-10, rounding error 1e-11 in float64. */
const step = 1e-5;

/**
 * Compares gradients of `sum(output * probe)` with central differences in float64, input by input, along a random direction.
 * Returns what is wrong, in words, or undefined.
 */
export function compareWithDifferences(
  opCase: OpCase,
  probe: ArrayLike<number>,
  gradients: Readonly<Record<string, ArrayLike<number>>>,
  seed: number,
  { absolute, relative }: Tolerance,
): string | undefined {
  const loss = (inputs: OpCase['inputs']): number =>
    hostOp({ ...opCase, inputs }).reduce((total, value, i) => total + value * probe[i]!, 0);
  for (const [name, gradient] of Object.entries(gradients)) {
    const input = opCase.inputs[name]!;
    const direction = randomNormal(foldIn(randomKey(seed), name), input.values.length);
    const moved = (distance: number): OpCase['inputs'] => {
      const values = Float64Array.from(input.values, (value, i) => value + distance * direction[i]!);
      return { ...opCase.inputs, [name]: { ...input, values } satisfies HostTensor };
    };
    const expected = (loss(moved(step)) - loss(moved(-step))) / (2 * step);
    let computed = 0;
    let size = 0;
    for (let i = 0; i < gradient.length; i++) {
      computed += gradient[i]! * direction[i]!;
      size += Math.abs(gradient[i]! * direction[i]!);
    }
    if (!(Math.abs(computed - expected) <= absolute + relative * size)) {
      return `the derivative along a direction of ${name} is ${computed}; differences give ${expected}`;
    }
  }
  return undefined;
}
