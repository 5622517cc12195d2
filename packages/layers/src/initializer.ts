import { randomNormal, randomUniform, type RandomKey } from '@gptloom/core';

/** Draws the starting values of a parameter: `shape` elements, row-major float32, from a key of its own. */
export type Initializer = (key: RandomKey, shape: readonly number[]) => Float32Array;

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** All zeros, as for biases. */
export const zeros: Initializer = (_key, shape) => new Float32Array(count(shape));

/** All ones, as for the weights of norms. */
export const ones: Initializer = (_key, shape) => new Float32Array(count(shape)).fill(1);

/** Normal with mean 0 and the standard deviation `std`. GPT-2 draws its weights with 0.02. */
export function normal(std: number): Initializer {
  return (key, shape) => randomNormal(key, count(shape)).map((value) => value * std);
}

/** Uniform in [-bound, bound). */
export function uniform(bound: number): Initializer {
  return (key, shape) => randomUniform(key, count(shape)).map((value) => (2 * value - 1) * bound);
}
