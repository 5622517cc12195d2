import type * as tf from '@tensorflow/tfjs';
import type { ForwardContext, ForwardContextOptions } from './forward-context.ts';
import type { AnyModule } from './module.ts';

/** What the trainer adds to a batch to make its forward context. */
export type TrainingContextOptions = Pick<ForwardContextOptions, 'training' | 'seed' | 'step' | 'adapter'>;

/** The size of a training step. */
export interface TrainingWork {
  /** Rows of one forward and backward pass. */
  readonly rows: number;
  /** Tokens of the longest row. */
  readonly time: number;
  /** Whether the gradients of several passes are summed before an update. */
  readonly accumulates: boolean;
}

/**
 * A module that can be trained: it turns a batch of host arrays into a sum of losses. GptModel is one, and so is a
 * classifier built on it.
 */
export type Trainable<Batch> = AnyModule & {
  // NoInfer: a context may need only a part of the batch; which batches a module learns from is inferred from its loss.
  /** Context of a training or evaluation pass over `batch`; the tensors in it are freed by the caller's tidy. */
  contextFor(batch: NoInfer<Batch>, options: TrainingContextOptions): ForwardContext;
  /**
   * Sum over all targets of loss times weight, in nats, auxiliary losses included (weighted by the number of targets).
   * A scalar float32 through which gradients flow.
   */
  lossSum(batch: Batch, context: ForwardContext): tf.Scalar;
  /** The weight of all targets of a batch, from the host arrays alone. */
  countTargets(batch: Batch): number;
  /**
   * Refuses a dataset that the module can not learn from, by throwing a ConfigError. The trainer calls it with each
   * dataset before the first batch is made. Without it, every dataset passes.
   */
  checkDataset?(dataset: unknown): void;
  /**
   * Bytes that a training step takes at its peak: weights, gradients, AdamW's moments and what the passes hold. The trainer
   * refuses what does not fit before it computes anything. Without it, or where it is `undefined`, nothing is predicted.
   */
  trainingBytes?(work: TrainingWork): number | undefined;
};
