import * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { checkTensor } from './check-tensor.ts';
import { gelu, type GeluOptions } from './gelu.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import {
  linearGeluKernel,
  linearGradBiasKernel,
  linearGradInputKernel,
  linearGradWeightKernel,
  type LinearGeluAttributes,
} from './kernels.ts';
import { linear } from './linear.ts';
import { runOp } from './run-op.ts';

/**
 * `gelu(linear(x, weight, bias))`. Where the backend has a kernel for it, the activation is computed while the product is in
 * the cache.
 *
 * @param x float32 `[..., inDim]`
 * @param weight float32 `[outDim, inDim]`
 * @param bias float32 `[outDim]`, or undefined for none
 * @returns float32 `[..., outDim]`; the caller disposes it
 * @throws ShapeError when the sizes do not fit together; ConfigError on bad options
 */
export function linearGelu(
  x: tf.Tensor,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | undefined,
  options: GeluOptions = {},
): tf.Tensor {
  const gradients = [linearGradInputKernel, linearGradWeightKernel, linearGradBiasKernel];
  if (!hasKernels(linearGeluKernel, gradients)) return tf.tidy(() => gelu(linear(x, weight, bias), options));
  checkOptions('linearGelu', options, { approximate: check.optional(check.oneOf('tanh', 'none')) });
  checkTensor('linearGelu', 'weight', weight, { shape: ['outDim', 'inDim'] });
  checkTensor('linearGelu', 'x', x, { shape: ['...', weight.shape[1]] });
  if (bias !== undefined) checkTensor('linearGelu', 'bias', bias, { shape: [weight.shape[0]] });
  const attributes: LinearGeluAttributes = {
    approximate: options.approximate ?? 'tanh',
    withSlopes: tf.engine().isTapeOn(),
  };
  return runOp(
    'linearGelu',
    { x, weight, bias },
    () => {
      const [value, ...slopes] = runKernel(linearGeluKernel, { x, weight, bias }, attributes);
      return { value: value!, saved: [x, weight, ...slopes] };
    },
    (dy, saved) => {
      const [input, matrix, slopes] = saved;
      let gradient: tf.Tensor | undefined;
      const ofProduct = (): tf.Tensor => {
        if (gradient !== undefined) return gradient;
        gradient = tf.keep(runKernel(tf.Multiply, { a: dy, b: slopes })[0]!);
        // The tape frees what was saved, once all three have been asked for.
        saved.push(gradient);
        return gradient;
      };
      return {
        x: () => runKernel(linearGradInputKernel, { dy: ofProduct(), weight: matrix })[0]!,
        weight: () => runKernel(linearGradWeightKernel, { dy: ofProduct(), x: input })[0]!,
        bias: () => runKernel(linearGradBiasKernel, { dy: ofProduct() })[0]!,
      };
    },
  );
}
