import * as tf from '@tensorflow/tfjs';
import { checkTensor } from './check-tensor.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import { linearGradBiasKernel, linearGradInputKernel, linearGradWeightKernel, linearKernel } from './kernels.ts';
import { linearReference } from './linear.reference.ts';
import { runOp } from './run-op.ts';

/**
 * An affine map of the last axis: `y = x weight^T + bias`, as torch.nn.functional.linear, and `+ residual`.
 *
 * @param x float32 `[..., inDim]`
 * @param weight float32 `[outDim, inDim]`
 * @param bias float32 `[outDim]`; none by default
 * @param residual float32 `[..., outDim]`, to which the rest is added; none by default
 * @returns float32 `[..., outDim]`; the caller disposes it
 * @throws ShapeError when the sizes do not fit together
 */
export function linear(x: tf.Tensor, weight: tf.Tensor2D, bias?: tf.Tensor1D, residual?: tf.Tensor): tf.Tensor {
  checkTensor('linear', 'weight', weight, { shape: ['outDim', 'inDim'] });
  checkTensor('linear', 'x', x, { shape: ['...', weight.shape[1]] });
  if (bias !== undefined) checkTensor('linear', 'bias', bias, { shape: [weight.shape[0]] });
  if (residual !== undefined) {
    checkTensor('linear', 'residual', residual, { shape: [...x.shape.slice(0, -1), weight.shape[0]] });
  }
  if (!hasKernels(linearKernel, [linearGradInputKernel, linearGradWeightKernel, linearGradBiasKernel])) {
    return linearReference(x, weight, bias, residual);
  }
  return runOp(
    'linear',
    { x, weight, bias, residual },
    () => ({ value: runKernel(linearKernel, { x, weight, bias, residual })[0]!, saved: [x, weight] }),
    (dy, saved) => ({
      x: () => runKernel(linearGradInputKernel, { dy, weight: saved[1] })[0]!,
      weight: () => runKernel(linearGradWeightKernel, { dy, x: saved[0] })[0]!,
      bias: () => runKernel(linearGradBiasKernel, { dy })[0]!,
      residual: () => tf.clone(dy),
    }),
  );
}
