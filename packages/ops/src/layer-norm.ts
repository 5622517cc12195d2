import * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { checkTensor } from './check-tensor.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import { layerNormGradKernel, layerNormKernel, type NormAttributes } from './kernels.ts';
import { layerNormReference } from './layer-norm.reference.ts';
import { runOp, shareGradients } from './run-op.ts';

/** Options of layerNorm and rmsNorm. */
export interface NormOptions {
  /** Added to the variance or mean square before the root is taken. GPT-2 and most of the Llama family use 1e-5. */
  readonly eps: number;
}

/**
 * Layer normalization over the last axis: `y = (x - mean) / sqrt(variance + eps) * weight + bias`, with the biased
 * variance. Source: Ba et al. 2016, equation 4; torch.nn.functional.layer_norm.
 *
 * @param x float32 `[..., dim]`
 * @param weight float32 `[dim]`
 * @param bias float32 `[dim]`, or undefined for none
 * @returns float32 `[..., dim]`; the caller disposes it
 * @throws ShapeError when the sizes do not fit together; ConfigError on bad options
 */
export function layerNorm(
  x: tf.Tensor,
  weight: tf.Tensor1D,
  bias: tf.Tensor1D | undefined,
  options: NormOptions,
): tf.Tensor {
  checkOptions('layerNorm', options, { eps: check.nonNegativeNumber });
  checkTensor('layerNorm', 'weight', weight, { shape: ['dim'] });
  checkTensor('layerNorm', 'x', x, { shape: ['...', weight.shape[0]] });
  if (bias !== undefined) checkTensor('layerNorm', 'bias', bias, { shape: [weight.shape[0]] });
  if (!hasKernels(layerNormKernel, [layerNormGradKernel])) return layerNormReference(x, weight, bias, options.eps);
  const attributes: NormAttributes = { eps: options.eps, withStatistics: tf.engine().isTapeOn() };
  return runOp(
    'layerNorm',
    { x, weight, bias },
    () => {
      const [value, ...statistics] = runKernel(layerNormKernel, { x, weight, bias }, attributes);
      return { value: value!, saved: [x, weight, ...statistics] };
    },
    (dy, saved) => {
      const [input, scale, mean, reciprocalStd] = saved;
      const gradient = shareGradients(saved, (sum) => {
        const results = runKernel(layerNormGradKernel, { dy, x: input, weight: scale, mean, reciprocalStd, sum });
        return sum === undefined ? results : [sum, ...results];
      });
      return { x: (sum) => gradient(0, sum), weight: () => gradient(1), bias: () => gradient(2) };
    },
  );
}
