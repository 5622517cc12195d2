import type * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { checkTensor } from './check-tensor.ts';
import { geluReference } from './gelu.reference.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import { geluGradKernel, geluKernel, type GeluAttributes } from './kernels.ts';
import { runOp } from './run-op.ts';

/** Options of gelu. */
export interface GeluOptions {
  /** The tanh approximation, as GPT-2 has it, or `none` for the exact form with the error function. Default `tanh`. */
  readonly approximate?: 'tanh' | 'none' | undefined;
}

/**
 * The Gaussian error linear unit: `x Phi(x)`, or by default its approximation
 * `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`. Source: Hendrycks and Gimpel 2016;
 * torch.nn.functional.gelu. The exact form is as exact as the backend's `erf`.
 *
 * @param x float32 `[...]`
 * @returns float32 `[...]`; the caller disposes it
 * @throws ShapeError when x is not float32; ConfigError on bad options
 */
export function gelu(x: tf.Tensor, options: GeluOptions = {}): tf.Tensor {
  checkOptions('gelu', options, { approximate: check.optional(check.oneOf('tanh', 'none')) });
  checkTensor('gelu', 'x', x, { shape: '...' });
  const approximate = options.approximate ?? 'tanh';
  if (!hasKernels(geluKernel, [geluGradKernel])) return geluReference(x, approximate);
  const attributes: GeluAttributes = { approximate };
  return runOp(
    'gelu',
    { x },
    () => ({ value: runKernel(geluKernel, { x }, attributes)[0]!, saved: [x] }),
    (dy, saved) => ({ x: () => runKernel(geluGradKernel, { dy, x: saved[0] }, attributes)[0]! }),
  );
}
