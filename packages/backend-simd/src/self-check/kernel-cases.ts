import * as tf from '@tensorflow/tfjs';
import { randomUniform } from '@gptloom/core';
import * as ops from '@gptloom/ops';
import { attentionCases } from './attention-cases.ts';
import { elementwiseCases, sigmoid } from './elementwise-cases.ts';
import { headCases } from './head-cases.ts';
import { integers, make, positive, sum, spread, type CaseInput, type KernelCase, type Plain } from './kernel-case.ts';

/*
 * Every kernel of the engine in plain loops. Sizes are odd, so that whole vectors, pairs of them and what is left over occur.
 */

/** `2 / sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!`: all terms have one sign, so nothing cancels. */
function erf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 60; n++) total += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

const factor = Math.sqrt(2 / Math.PI);

/** `gelu(x) / x`. */
function geluGate(approximate: 'tanh' | 'none', x: number): number {
  return approximate === 'tanh' ? sigmoid(2 * factor * (x + 0.044715 * x ** 3)) : (1 + erf(x / Math.SQRT2)) / 2;
}

/** GELU, its gradient, and GELU of a product. */
function gelu(approximate: 'tanh' | 'none'): KernelCase[] {
  const gate = (x: number): number => geluGate(approximate, x);
  const slope = (x: number): number => {
    const g = gate(x);
    if (approximate === 'none') return g + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
    return g + x * g * (1 - g) * 2 * factor * (1 + 3 * 0.044715 * x * x);
  };
  const x = spread([45], 0, 3);
  const attributes = { approximate };
  return [
    {
      kernel: ops.geluKernel,
      inputs: { x },
      attributes,
      plain: (n) => [Float64Array.from(n['x']!, (value) => value * gate(value))],
    },
    {
      kernel: ops.geluGradKernel,
      inputs: { dy: spread([45], 1), x },
      attributes,
      plain: (n) => [make(45, (i) => n['dy']![i]! * slope(n['x']![i]!))],
    },
    // Few rows are multiplied in another way.
    ...[3, 7].flatMap((rows) =>
      [true, false].map((withSlopes): KernelCase => ({
        kernel: ops.linearGeluKernel,
        inputs: { x: spread([rows, 21]), weight: spread([19, 21], 1), bias: spread([19], 2) },
        attributes: { ...attributes, withSlopes },
        plain: (n) => {
          const y = make(rows * 19, (i) => {
            const [row, column] = [Math.floor(i / 19), i % 19];
            return n['bias']![column]! + sum(21, (k) => n['x']![row * 21 + k]! * n['weight']![column * 21 + k]!);
          });
          return [y.map((value) => value * gate(value)), ...(withSlopes ? [y.map(slope)] : [])];
        },
      })),
    ),
  ];
}

function swiglu(): KernelCase[] {
  const inputs = { gate: spread([45], 0, 3), up: spread([45], 1) };
  return [
    {
      kernel: ops.swigluKernel,
      inputs,
      plain: ({ gate, up }) => [make(45, (i) => gate![i]! * sigmoid(gate![i]!) * up![i]!)],
    },
    {
      kernel: ops.swigluGradKernel,
      inputs: { ...inputs, dy: spread([45], 2) },
      plain: ({ dy, gate, up }) => [
        make(45, (i) => {
          const s = sigmoid(gate![i]!);
          return dy![i]! * up![i]! * (s + gate![i]! * s * (1 - s));
        }),
        make(45, (i) => dy![i]! * gate![i]! * sigmoid(gate![i]!)),
      ],
    },
  ];
}

/** Layer norm, or RMS norm where not `centered`, and its gradient. */
function norm(centered: boolean, withBias: boolean): KernelCase[] {
  const [rows, dim, eps] = [3, 85, 1e-2];
  const inputs = { x: spread([rows, dim]), weight: positive([dim]), ...(withBias ? { bias: spread([dim], 1) } : {}) };
  const { values } = inputs.x;
  const mean = make(rows, (r) => (centered ? sum(dim, (k) => values[r * dim + k]!) / dim : 0));
  const factor = make(rows, (r) => 1 / Math.sqrt(sum(dim, (k) => (values[r * dim + k]! - mean[r]!) ** 2) / dim + eps));
  const rowOf = (i: number): number => Math.floor(i / dim);
  const normal = make(rows * dim, (i) => (values[i]! - mean[rowOf(i)]!) * factor[rowOf(i)]!);
  const statistic = (numbers: Plain): CaseInput => ({ shape: [rows], values: Float32Array.from(numbers) });
  const gradient = {
    kernel: centered ? ops.layerNormGradKernel : ops.rmsNormGradKernel,
    inputs: {
      ...{ dy: spread([rows, dim], 2), x: inputs.x, weight: inputs.weight },
      ...(centered
        ? { mean: statistic(mean), reciprocalStd: statistic(factor) }
        : { reciprocalRms: statistic(factor) }),
    },
  };
  const gradX = ({ dy, weight }: Parameters<KernelCase['plain']>[0]): Plain => {
    const g = (row: number, k: number): number => dy![row * dim + k]! * weight![k]!;
    const across = make(rows, (r) => (centered ? sum(dim, (k) => g(r, k)) / dim : 0));
    const along = make(rows, (r) => sum(dim, (k) => g(r, k) * normal[r * dim + k]!) / dim);
    return make(rows * dim, (i) => {
      const r = rowOf(i);
      return factor[r]! * (g(r, i % dim) - across[r]! - normal[i]! * along[r]!);
    });
  };
  return [
    {
      kernel: centered ? ops.layerNormKernel : ops.rmsNormKernel,
      inputs,
      attributes: { eps, withStatistics: true },
      plain: ({ weight, bias }) => [
        make(rows * dim, (i) => normal[i]! * weight![i % dim]! + (bias?.[i % dim] ?? 0)),
        ...(centered ? [mean] : []),
        factor,
      ],
    },
    {
      ...gradient,
      plain: (v) => [
        gradX(v),
        make(dim, (k) => sum(rows, (r) => v['dy']![r * dim + k]! * normal[r * dim + k]!)),
        ...(centered ? [make(dim, (k) => sum(rows, (r) => v['dy']![r * dim + k]!))] : []),
      ],
    },
    {
      ...gradient,
      inputs: { ...gradient.inputs, sum: spread([rows, dim], 3) },
      plain: (v) => ({ sum: gradX(v).map((value, i) => v['sum']![i]! + value) }),
    },
  ];
}

/** `x weight^T + bias` of `m` rows, its gradients, and batches of products. */
function products(m: number, n: number, k: number): KernelCase[] {
  const [x, weight, dy] = [spread([m, k]), spread([n, k], 1), spread([m, n], 2)];
  const [batches, inner] = [2, 13];
  return [
    {
      kernel: ops.linearKernel,
      inputs: { x, weight, bias: spread([n], 3) },
      plain: (v) => [
        make(m * n, (i) => {
          const [row, column] = [Math.floor(i / n), i % n];
          return v['bias']![column]! + sum(k, (p) => v['x']![row * k + p]! * v['weight']![column * k + p]!);
        }),
      ],
    },
    {
      kernel: ops.linearKernel,
      inputs: { x, weight, bias: spread([n], 3), residual: dy },
      plain: (v) => [
        make(m * n, (i) => {
          const [row, column] = [Math.floor(i / n), i % n];
          const product = sum(k, (p) => v['x']![row * k + p]! * v['weight']![column * k + p]!);
          return v['residual']![i]! + v['bias']![column]! + product;
        }),
      ],
    },
    {
      kernel: ops.linearGradInputKernel,
      inputs: { dy, weight },
      plain: (v) => [
        make(m * k, (i) => sum(n, (j) => v['dy']![Math.floor(i / k) * n + j]! * v['weight']![j * k + (i % k)]!)),
      ],
    },
    {
      kernel: ops.linearGradWeightKernel,
      inputs: { dy, x },
      plain: (v) => [
        make(n * k, (i) => sum(m, (r) => v['dy']![r * n + Math.floor(i / k)]! * v['x']![r * k + (i % k)]!)),
      ],
    },
    {
      kernel: ops.linearGradBiasKernel,
      inputs: { dy },
      plain: (v) => [make(n, (j) => sum(m, (r) => v['dy']![r * n + j]!))],
    },
    {
      kernel: tf.BatchMatMul,
      inputs: { a: spread([batches, m, inner]), b: spread([batches, inner, n], 1) },
      attributes: { transposeA: false, transposeB: false },
      plain: ({ a, b }) => [
        make(batches * m * n, (i) => {
          const [row, column, batch] = [Math.floor(i / n), i % n, Math.floor(i / n / m)];
          return sum(inner, (p) => a![row * inner + p]! * b![(batch * inner + p) * n + column]!);
        }),
      ],
    },
  ];
}

function reductions(): KernelCase[] {
  const [rows, columns] = [3, 85];
  const x = spread([rows, columns]);
  const rowSum = (numbers: ArrayLike<number>, r: number): number => sum(columns, (j) => numbers[r * columns + j]!);
  return [
    {
      kernel: tf.Sum,
      inputs: { x },
      attributes: { axis: [1] },
      plain: (v) => [make(rows, (r) => rowSum(v['x']!, r))],
    },
    {
      kernel: tf.Mean,
      inputs: { x },
      attributes: { axis: [1] },
      plain: (v) => [make(rows, (r) => rowSum(v['x']!, r) / columns)],
    },
    {
      kernel: tf.Sum,
      inputs: { x },
      attributes: { axis: [0] },
      plain: (v) => [make(columns, (j) => sum(rows, (r) => v['x']![r * columns + j]!))],
    },
    {
      kernel: tf.Max,
      inputs: { x },
      attributes: { reductionIndices: [1] },
      plain: (v) => [make(rows, (r) => Math.max(...Array.from(v['x']!).slice(r * columns, (r + 1) * columns)))],
    },
    {
      kernel: tf.Softmax,
      inputs: { logits: x },
      attributes: { dim: 1 },
      plain: ({ logits }) => {
        const e = Float64Array.from(logits!, Math.exp);
        return [e.map((value, i) => value / rowSum(e, Math.floor(i / columns)))];
      },
    },
  ];
}

function movements(): KernelCase[] {
  const [matrices, rows, columns] = [2, 7, 23];
  const x = spread([matrices, rows, columns]);
  const table = spread([11, 45]);
  const ids = integers([9], (i) => (i * i) % 11);
  return [
    {
      kernel: tf.Transpose,
      inputs: { x },
      attributes: { perm: [0, 2, 1] },
      plain: (v) => [
        make(matrices * rows * columns, (i) => {
          const [row, column, matrix] = [i % rows, Math.floor(i / rows) % columns, Math.floor(i / rows / columns)];
          return v['x']![(matrix * rows + row) * columns + column]!;
        }),
      ],
    },
    {
      kernel: tf.Slice,
      inputs: { x },
      attributes: { begin: [0, 2, 1], size: [2, 3, 21] },
      plain: (v) => [
        make(2 * 3 * 21, (i) => {
          const [row, matrix] = [Math.floor(i / 21) % 3, Math.floor(i / 63)];
          return v['x']![(matrix * rows + row + 2) * columns + (i % 21) + 1]!;
        }),
      ],
    },
    {
      kernel: ops.embeddingKernel,
      inputs: { ids, weight: table },
      plain: (v) => [make(9 * 45, (i) => v['weight']![v['ids']![Math.floor(i / 45)]! * 45 + (i % 45)]!)],
    },
    {
      kernel: ops.embeddingGradKernel,
      inputs: { dy: spread([9, 45]), ids },
      attributes: { vocabSize: 11 },
      plain: (v) => [
        make(11 * 45, (i) => sum(9, (t) => (v['ids']![t] === Math.floor(i / 45) ? v['dy']![t * 45 + (i % 45)]! : 0))),
      ],
    },
    {
      kernel: ops.embeddingGradKernel,
      inputs: { dy: spread([9, 45]), ids, sum: table },
      attributes: { vocabSize: 11 },
      plain: (v) => ({
        sum: make(
          11 * 45,
          (i) =>
            v['sum']![i]! + sum(9, (t) => (v['ids']![t] === Math.floor(i / 45) ? v['dy']![t * 45 + (i % 45)]! : 0)),
        ),
      }),
    },
    {
      kernel: ops.dropoutKernel,
      inputs: { x: spread([2, 45]) },
      attributes: { rate: 0.3, keys: Uint32Array.of(1, 2, 3, 4) },
      plain: (v) => {
        const draws = [...randomUniform([1, 2], 45), ...randomUniform([3, 4], 45)];
        return [make(90, (i) => (draws[i]! >= 0.3 ? v['x']![i]! / 0.7 : 0))];
      },
    },
  ];
}

function conversions(): KernelCase[] {
  const truths: CaseInput = { shape: [45], values: Uint8Array.from({ length: 45 }, (_, i) => (i % 3 === 0 ? 1 : 0)) };
  const cast = (x: CaseInput, dtype: string): KernelCase => ({
    kernel: tf.Cast,
    inputs: { x },
    attributes: { dtype },
    plain: (v) => [Float64Array.from(v['x']!)],
  });
  return [
    cast(
      integers([45], (i) => 1000 - 77 * i),
      'float32',
    ),
    cast(truths, 'float32'),
    cast(truths, 'int32'),
    { kernel: tf.LogicalNot, inputs: { x: truths }, plain: (v) => [make(45, (i) => 1 - v['x']![i]!)] },
    {
      kernel: tf.Select,
      inputs: { condition: truths, t: spread([45]), e: spread([45], 1) },
      plain: ({ condition, t, e }) => [make(45, (i) => (condition![i] === 1 ? t![i]! : e![i]!))],
    },
  ];
}

function optimizer(): KernelCase[] {
  const [size, beta1, beta2, kept, stepSize, eps] = [45, 0.9, 0.99, 0.95, 0.1, 1e-3];
  const inputs = {
    value0: spread([size]),
    gradient0: spread([size], 1),
    mean0: spread([size], 2),
    square0: positive([size]),
  };
  return [
    {
      kernel: ops.adamWKernel,
      inputs,
      attributes: {
        ...{ beta1, gradientShare: 1 - beta1, beta2, squareShare: 1 - beta2 },
        ...{ kept: [kept], stepSizes: [stepSize], eps: [eps] },
      },
      plain: ({ value0, gradient0, mean0, square0 }) => {
        const mean = make(size, (i) => beta1 * mean0![i]! + (1 - beta1) * gradient0![i]!);
        const square = make(size, (i) => beta2 * square0![i]! + (1 - beta2) * gradient0![i]! ** 2);
        const value = make(size, (i) => kept * value0![i]! - (stepSize * mean[i]!) / (Math.sqrt(square[i]!) + eps));
        return { value0: value, mean0: mean, square0: square };
      },
    },
    {
      kernel: ops.squareSumKernel,
      inputs: { x0: spread([85]), x1: spread([3], 1) },
      plain: ({ x0, x1 }) => [make(1, () => sum(85, (i) => x0![i]! ** 2) + sum(3, (i) => x1![i]! ** 2))],
    },
  ];
}

/** Small calls that between them run every kernel of the engine. */
export function kernelCases(): KernelCase[] {
  return [
    // More terms than one pass holds; then so few rows that nothing is packed.
    ...products(7, 19, 389).slice(0, 1),
    ...products(7, 19, 21),
    ...products(2, 45, 21).slice(0, 1),
    ...elementwiseCases(),
    ...gelu('tanh'),
    ...gelu('none'),
    ...swiglu(),
    ...norm(true, true),
    ...norm(true, false).slice(0, 1),
    ...norm(false, false),
    ...reductions(),
    ...movements(),
    ...conversions(),
    ...optimizer(),
    ...headCases(),
    ...attentionCases(),
  ];
}
