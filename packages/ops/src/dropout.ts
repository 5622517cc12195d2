import type * as tf from '@tensorflow/tfjs';
import { check, checkOptions, describeValue, ShapeError } from '@gptloom/core';
import { checkTensor } from './check-tensor.ts';
import { dropoutReference } from './dropout.reference.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import { dropoutKernel, type DropoutAttributes } from './kernels.ts';
import { runOp } from './run-op.ts';

/** Options of dropout. */
export interface KeyedDropoutOptions {
  /** Share of the values that become zero, at least 0 and below 1. */
  readonly rate: number;
  /** `[batch * 2]`: the two words of one random key for each index of the first axis. */
  readonly keys: Uint32Array;
}

/**
 * Sets a random share of the values to zero and scales the rest by `1 / (1 - rate)`. Source: Srivastava et al. 2014, in
 * the inverted form of torch.nn.functional.dropout. The mask of a row comes from that row's key alone, so it is the
 * same however rows are grouped into batches. A rate of 0 copies x.
 *
 * @param x float32 `[batch, ...]`
 * @returns float32 `[batch, ...]`; the caller disposes it
 * @throws ShapeError when x has no first axis or the number of keys is not that of rows; ConfigError on bad options
 */
export function dropout(x: tf.Tensor, options: KeyedDropoutOptions): tf.Tensor {
  checkOptions('dropout', options, { rate: check.fraction, keys: check.anything });
  checkTensor('dropout', 'x', x, { shape: '...' });
  checkDropoutKeys('dropout', options.keys, x.shape[0]);
  const { rate, keys } = options;
  if (rate === 0 || x.size === 0) return x.clone();
  if (!hasKernels(dropoutKernel, [])) return dropoutReference(x, rate, keys);
  const attributes: DropoutAttributes = { rate, keys };
  return runOp(
    'dropout',
    { x },
    () => ({ value: runKernel(dropoutKernel, { x }, attributes)[0]!, saved: [] }),
    (dy) => ({ x: () => runKernel(dropoutKernel, { x: dy }, attributes)[0]! }),
  );
}

/** @throws ShapeError unless there are two words for each row */
export function checkDropoutKeys(who: string, keys: Uint32Array, rows: number | undefined): void {
  if (rows !== undefined && keys instanceof Uint32Array && keys.length === 2 * rows) return;
  throw new ShapeError({
    who,
    rule: 'keys must be a Uint32Array with two words for each index of the first axis',
    received: `${keys instanceof Uint32Array ? `${keys.length} words` : describeValue(keys)} for ${rows ?? 'no'} rows`,
  });
}
