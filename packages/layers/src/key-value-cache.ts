import type * as tf from '@tensorflow/tfjs';

/** Keys and values of earlier tokens. Written by the layers helper. */
export interface KeyValueCache {
  readonly lengths: readonly number[];
  dispose(): void;
}
export type Unused = tf.Tensor;
