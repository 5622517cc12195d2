import * as tf from '@tensorflow/tfjs';
import { make, positive, spread, type CaseInput, type KernelCase } from './kernel-case.ts';

/** `1 / (1 + exp(-x))`. */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const unaries: readonly (readonly [string, (x: number) => number])[] = [
  [tf.Exp, Math.exp],
  [tf.Sigmoid, sigmoid],
  [tf.Tanh, Math.tanh],
  [tf.Square, (x) => x * x],
  [tf.Relu, (x) => Math.max(x, 0)],
  [tf.Neg, (x) => -x],
  [tf.Abs, Math.abs],
  [tf.Step, (x) => (x > 0 ? 1 : 0)],
];

const positiveUnaries: typeof unaries = [
  [tf.Sqrt, Math.sqrt],
  [tf.Rsqrt, (x) => 1 / Math.sqrt(x)],
  [tf.Reciprocal, (x) => 1 / x],
  [tf.Log, Math.log],
];

const unaryCases = ([kernel, f]: (typeof unaries)[number], x: CaseInput): KernelCase => ({
  kernel,
  inputs: { x },
  attributes: { alpha: 0 },
  plain: (numbers) => [Float64Array.from(numbers['x']!, f)],
});

const binaries: readonly (readonly [string, (a: number, b: number) => number])[] = [
  [tf.Add, (a, b) => a + b],
  [tf.Sub, (a, b) => a - b],
  [tf.Multiply, (a, b) => a * b],
  [tf.RealDiv, (a, b) => a / b],
  [tf.Maximum, Math.max],
  [tf.Minimum, Math.min],
  [tf.SquaredDifference, (a, b) => (a - b) ** 2],
  [tf.Equal, (a, b) => Number(a === b)],
  [tf.NotEqual, (a, b) => Number(a !== b)],
  [tf.Greater, (a, b) => Number(a > b)],
  [tf.GreaterEqual, (a, b) => Number(a >= b)],
];

/** Both whole, then one of them one number for each row. */
function binaryCases([kernel, f]: (typeof binaries)[number]): KernelCase[] {
  const [rows, columns] = [3, 19];
  const whole = [rows, columns];
  const column = [rows, 1];
  return [
    [whole, whole],
    [whole, column],
    [column, whole],
  ].map(([a, b]) => ({
    kernel,
    inputs: { a: spread(a!), b: positive(b!) },
    plain: (x) => {
      const at = (shape: readonly number[], i: number): number => (shape === whole ? i : Math.floor(i / columns));
      return [make(rows * columns, (i) => f(x['a']![at(a!, i)]!, x['b']![at(b!, i)]!))];
    },
  }));
}

/** Kernels that compute each number from one number of each input. */
export function elementwiseCases(): KernelCase[] {
  return [
    ...unaries.map((unary) => unaryCases(unary, spread([45], 0, 3))),
    ...positiveUnaries.map((unary) => unaryCases(unary, positive([45]))),
    ...binaries.flatMap(binaryCases),
  ];
}
