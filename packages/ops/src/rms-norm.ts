import * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { checkTensor } from './check-tensor.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import { rmsNormGradKernel, rmsNormKernel, type NormAttributes } from './kernels.ts';
import type { NormOptions } from './layer-norm.ts';
import { rmsNormReference } from './rms-norm.reference.ts';
import { runOp, shareGradients } from './run-op.ts';

/**
 * Root-mean-square normalization over the last axis: `y = x / sqrt(mean(x^2) + eps) * weight`. Source: Zhang and
 * Sennrich 2019, equation 4; LlamaRMSNorm of transformers.
 *
 * @param x float32 `[..., dim]`
 * @param weight float32 `[dim]`
 * @returns float32 `[..., dim]`; the caller disposes it
 * @throws ShapeError when the sizes do not fit together; ConfigError on bad options
 */
export function rmsNorm(x: tf.Tensor, weight: tf.Tensor1D, options: NormOptions): tf.Tensor {
  checkOptions('rmsNorm', options, { eps: check.nonNegativeNumber });
  checkTensor('rmsNorm', 'weight', weight, { shape: ['dim'] });
  checkTensor('rmsNorm', 'x', x, { shape: ['...', weight.shape[0]] });
  if (!hasKernels(rmsNormKernel, [rmsNormGradKernel])) return rmsNormReference(x, weight, options.eps);
  const attributes: NormAttributes = { eps: options.eps, withStatistics: tf.engine().isTapeOn() };
  return runOp(
    'rmsNorm',
    { x, weight },
    () => {
      const [value, ...statistics] = runKernel(rmsNormKernel, { x, weight }, attributes);
      return { value: value!, saved: [x, weight, ...statistics] };
    },
    (dy, saved) => {
      const [input, scale, reciprocalRms] = saved;
      const gradient = shareGradients(saved, (sum) => {
        const results = runKernel(rmsNormGradKernel, { dy, x: input, weight: scale, reciprocalRms, sum });
        return sum === undefined ? results : [sum, ...results];
      });
      return { x: (sum) => gradient(0, sum), weight: () => gradient(1) };
    },
  );
}
