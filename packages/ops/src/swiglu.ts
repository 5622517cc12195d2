import type * as tf from '@tensorflow/tfjs';
import { checkTensor } from './check-tensor.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import { swigluGradKernel, swigluKernel } from './kernels.ts';
import { runOp, shareGradients } from './run-op.ts';
import { swigluReference } from './swiglu.reference.ts';

/**
 * The gate of a SwiGLU feed-forward layer: `silu(gate) * up` with `silu(x) = x sigmoid(x)`. Source: Shazeer 2020,
 * equation 6; LlamaMLP of transformers.
 *
 * @param gate float32 `[...]`
 * @param up float32, the same shape
 * @returns float32, the same shape; the caller disposes it
 * @throws ShapeError when the shapes differ
 */
export function swiglu(gate: tf.Tensor, up: tf.Tensor): tf.Tensor {
  checkTensor('swiglu', 'gate', gate, { shape: '...' });
  checkTensor('swiglu', 'up', up, { shape: gate.shape });
  if (!hasKernels(swigluKernel, [swigluGradKernel])) return swigluReference(gate, up);
  return runOp(
    'swiglu',
    { gate, up },
    () => ({ value: runKernel(swigluKernel, { gate, up })[0]!, saved: [gate, up] }),
    (dy, saved) => {
      const [savedGate, savedUp] = saved;
      const gradient = shareGradients(saved, () => runKernel(swigluGradKernel, { dy, gate: savedGate, up: savedUp }));
      return { gate: () => gradient(0), up: () => gradient(1) };
    },
  );
}
