import * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { checkTensor } from './check-tensor.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import { appendTokensKernel, type AppendTokensAttributes } from './kernels.ts';
import { runOp } from './run-op.ts';

/** Options of appendTokens. */
export interface AppendTokensOptions {
  /** Tokens to which the sequence is expected to grow. Changes the speed and not the numbers. */
  readonly capacity: number;
}

/**
 * A sequence with further tokens behind it: `tf.concat([x, added], 1)`. A backend with a kernel for it may write the new
 * tokens behind the old ones, without copying these: `x` and the result then share their bytes, and both stay what they
 * are.
 *
 * @param x float32 `[batch, time, heads, dim]`
 * @param added float32 `[batch, newTime, heads, dim]`
 * @returns float32 `[batch, time + newTime, heads, dim]`; the caller disposes it
 * @throws ShapeError when the sizes do not fit together; ConfigError on bad options
 */
export function appendTokens(x: tf.Tensor4D, added: tf.Tensor4D, options: AppendTokensOptions): tf.Tensor4D {
  checkOptions('appendTokens', options, { capacity: check.positiveInteger });
  checkTensor('appendTokens', 'x', x, { shape: ['batch', 'time', 'heads', 'dim'] });
  const [batch, time, heads, dim] = x.shape;
  checkTensor('appendTokens', 'added', added, { shape: [batch, 'newTime', heads, dim] });
  if (!hasKernels(appendTokensKernel, [])) return tf.concat([x, added], 1);
  const attributes: AppendTokensAttributes = { capacity: options.capacity };
  const part = (dy: tf.Tensor, first: number, count: number): tf.Tensor =>
    tf.slice(dy, [0, first, 0, 0], [batch, count, heads, dim]);
  return runOp(
    'appendTokens',
    { x, added },
    () => ({ value: runKernel(appendTokensKernel, { x, added }, attributes)[0]!, saved: [] }),
    (dy) => ({ x: () => part(dy, 0, time), added: () => part(dy, time, added.shape[1]) }),
  ) as tf.Tensor4D;
}
