import { availableParallelism } from 'node:os';
import type { ProductShape } from './contestants/matmul.ts';
import type { Benchmark, Comparison, ContestantPlan } from './harness/benchmark.ts';

const threads = [...new Set([1, availableParallelism()])];

/** The products of a linear layer, by which side is stored transposed: forward, gradient of the input, of the weight. */
const forms = [
  { name: 'x Wᵀ', transposedA: false, transposedB: true },
  { name: 'dy W', transposedA: false, transposedB: false },
  { name: 'dyᵀ x', transposedA: true, transposedB: false },
] as const;

const matrices = [
  [1024, 1024, 1024],
  [768, 384, 1536],
  [2048, 384, 1536],
] as const;

/** Attention of 8 sequences of 256 tokens with 6 heads of 64: scores, mixed values, gradient of the values. */
const attention = [
  { name: 'attention, q kᵀ', m: 256, n: 256, k: 64, transposedA: false, transposedB: true },
  { name: 'attention, p v', m: 256, n: 64, k: 256, transposedA: false, transposedB: false },
  { name: 'attention, pᵀ dy', m: 256, n: 64, k: 256, transposedA: true, transposedB: false },
] as const;

/** Products of matrices, alone and in batches, as shares of the peak and beside PyTorch. */
export const matmul: Benchmark = {
  name: 'matmul',
  description: 'products of float32 matrices, [m, k] [k, n]',
  comparisons: async ({ slow }) => [
    ...matrices.flatMap(([m, n, k]) =>
      forms.map(({ name, ...form }) =>
        comparisonOf(`${m} x ${n} x ${k}, ${name}`, { batches: 1, m, n, k, ...form }, slow),
      ),
    ),
    ...attention.map(({ name, ...shape }) => {
      const title = `${name}: 48 of ${shape.m} x ${shape.n} x ${shape.k}`;
      return comparisonOf(title, { batches: 48, ...shape }, slow);
    }),
  ],
};

function comparisonOf(title: string, shape: ProductShape, slow: boolean): Comparison {
  const { batches, m, n, k } = shape;
  const gigaflop = (2 * batches * m * n * k) / 1e9;
  const json = JSON.stringify(shape);
  const ours = (backend: string): ContestantPlan['program'] => ({ contestant: 'matmul', parameters: [backend, json] });
  return {
    title,
    unit: 'GFLOP/s',
    better: 'higher',
    figure: (milliseconds) => gigaflop / (milliseconds / 1000),
    gigaflop,
    reference: 'PyTorch',
    contestants: [
      { name: 'gptloom, simd', program: ours('simd') },
      { name: 'gptloom, simd, 128-bit', program: ours('simd'), environment: { GPTLOOM_WIDE_SIMD: '0' }, width: 128 },
      { name: 'TensorFlow.js, node', program: ours('node') },
      // Tens of times slower where a side is transposed.
      ...(slow ? [{ name: 'TensorFlow.js, wasm', program: ours('wasm') }] : []),
      { name: 'PyTorch', program: { python: 'torch_matmul.py', parameters: [json] }, threads },
    ],
  };
}
