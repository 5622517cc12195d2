import { foldIn, randomKey, randomPermutation } from '@gptloom/core';

/** What decides the order in which examples are seen. */
export interface SamplerOptions {
  /** Any integer; it keys the order of every epoch. */
  readonly seed: number;
  /** Number of examples. */
  readonly size: number;
  /** Rows of the global batch, over all passes and processes. */
  readonly globalBatchSize: number;
}

/** The examples of any step, without a state that moves: the data cursor of a run is the step. */
export interface Sampler {
  /** Examples of the global batch of a step, counted from 0, one a row. */
  indices(step: number): Uint32Array;
}

/**
 * Examples by epochs: each epoch is a permutation of all examples, keyed by seed and epoch, and steps take consecutive
 * rows of this endless sequence. So every example is seen once an epoch, a batch may end one epoch and begin the next,
 * and nothing is dropped.
 */
export function createSampler({ seed, size, globalBatchSize }: SamplerOptions): Sampler {
  const key = foldIn(randomKey(seed), 'data');
  let current: { readonly epoch: number; readonly order: Uint32Array } | undefined;
  const orderOf = (epoch: number): Uint32Array => {
    if (current?.epoch !== epoch) current = { epoch, order: randomPermutation(foldIn(key, epoch), size) };
    return current.order;
  };
  return {
    indices(step) {
      const first = step * globalBatchSize;
      return Uint32Array.from({ length: globalBatchSize }, (_, row) => {
        const position = first + row;
        return orderOf(Math.floor(position / size))[position % size]!;
      });
    },
  };
}
