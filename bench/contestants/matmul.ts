import * as tf from '@tensorflow/tfjs';
import { selectBackend, type BackendName } from 'gptloom';
import type { CreateContestant } from '../harness/contestant.ts';

/** A product `[batches, m, k] [batches, k, n]`, either side stored transposed. */
export interface ProductShape {
  readonly batches: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposedA: boolean;
  readonly transposedB: boolean;
}

/** `tf.matMul`: `[backend, shape as JSON]`. */
export const create: CreateContestant = async ([name, json]) => {
  const backend = await selectBackend(name as BackendName);
  const { batches, m, n, k, transposedA, transposedB } = JSON.parse(json!) as ProductShape;
  // Small multiples of 1/8, as in peers/torch_matmul.py: every sum is exact in any order, so that the check is.
  const matrix = (rows: number, columns: number, period: number): tf.Tensor => {
    const values = Float32Array.from({ length: batches * rows * columns }, (_, i) => ((i % period) - 4) / 8);
    return tf.tensor(values, batches === 1 ? [rows, columns] : [batches, rows, columns]);
  };
  const a = transposedA ? matrix(k, m, 11) : matrix(m, k, 11);
  const b = transposedB ? matrix(n, k, 13) : matrix(k, n, 13);
  const product = (): tf.Tensor => tf.matMul(a, b, transposedA, transposedB);
  const first = product();
  const corner = (await first.data())[0]!;
  first.dispose();
  return {
    versions: { backend: backend.description, tensorflow: tf.version_core },
    async perform() {
      // `tf.time` waits for kernels that still run.
      await tf.time(() => product().dispose());
    },
    check: () => `corner ${corner.toFixed(4)}`,
  };
};
