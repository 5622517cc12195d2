import type * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { dropout } from '@gptloom/ops';
import type { ForwardContext } from './forward-context.ts';
import { Module } from './module.ts';

/** How much a Dropout drops. */
export interface DropoutOptions {
  /** Share of elements set to zero, `0 <= rate < 1`. */
  readonly rate: number;
}

/**
 * Sets elements to zero at random in training and scales the others by `1 / (1 - rate)`; changes nothing in evaluation.
 * The draw depends on seed, step, path and each row's place in the global batch, so it is the same for any
 * micro-batches. Source: Srivastava et al. 2014.
 */
export class Dropout extends Module<tf.Tensor, tf.Tensor> {
  static override readonly className: string = 'Dropout';
  /** Share of elements set to zero. */
  readonly rate: number;

  /** It has no parameters. */
  constructor(options: DropoutOptions) {
    super();
    checkOptions('Dropout', options, { rate: check.fraction });
    this.rate = options.rate;
  }

  /** Whether anything is dropped in this pass. */
  drops(context: ForwardContext): boolean {
    return context.training && this.rate > 0;
  }

  /** Drops elements of `[batch, ...]` float32; the shape stays. Returns `x` itself where nothing is dropped. */
  forward<T extends tf.Tensor>(x: T, context: ForwardContext): T {
    if (!this.drops(context)) return x;
    return dropout(x, { rate: this.rate, keys: context.key(this, 'dropout') }) as T;
  }
}
