import * as tf from '@tensorflow/tfjs';
import { runOp } from './run-op.ts';

/**
 * `embedding` in plain TensorFlow.js ops. `tf.gather`'s own gradient needs a kernel that wasm lacks, and its value takes
 * 60 times longer there than that of `tf.gatherND`.
 */
export function embeddingReference(ids: tf.Tensor, weight: tf.Tensor2D): tf.Tensor {
  return runOp(
    'embedding',
    { weight },
    () => ({ value: tf.gatherND(weight, ids.reshape([-1, 1])).reshape([...ids.shape, weight.shape[1]]), saved: [ids] }),
    (dy, saved) => ({
      // Rows that occur several times add up.
      weight: () =>
        tf.scatterND(saved[0]!.reshape([-1, 1]), dy.reshape([-1, weight.shape[1]]), weight.shape) as tf.Tensor2D,
    }),
  );
}
