import * as tf from '@tensorflow/tfjs';
import { activationKernels } from './kernels/activations.ts';
import { appendTokensKernels } from './kernels/append-tokens.ts';
import { attentionKernels } from './kernels/attention.ts';
import { cachedAttentionKernels } from './kernels/cached-attention.ts';
import { conversionKernels } from './kernels/conversions.ts';
import { dataMovementKernels } from './kernels/data-movement.ts';
import { dropoutKernels } from './kernels/dropout.ts';
import { elementwiseKernels } from './kernels/elementwise.ts';
import { embeddingKernels } from './kernels/embedding.ts';
import { fillKernels } from './kernels/fill.ts';
import { linearCrossEntropyKernels } from './kernels/linear-cross-entropy.ts';
import { linearKernels } from './kernels/linear.ts';
import { matMulKernels } from './kernels/mat-mul.ts';
import { normKernels } from './kernels/norms.ts';
import { optimizerKernels } from './kernels/optimizer.ts';
import { reductionKernels } from './kernels/reductions.ts';
import type { EngineKernel } from './kernels/engine-kernel.ts';
import type { SimdBackend } from './simd-backend.ts';

/** Registers all kernels: those of the plain JavaScript backend, then the engine's own over them. */
export function registerKernels(name: string): void {
  // They stay registered when the backend is removed.
  if (tf.getKernelsForBackend(name).length > 0) return;
  tf.copyRegisteredKernels('cpu', name);
  for (const [kernelName, run] of Object.entries(engineKernels)) {
    if ((tf.getKernel(kernelName, name) as tf.KernelConfig | undefined) !== undefined) {
      tf.unregisterKernel(kernelName, name);
    }
    tf.registerKernel({
      kernelName,
      backendName: name,
      kernelFunc: ({ inputs, backend, attrs = {} }) => {
        const simd = backend as SimdBackend;
        const call = { inputs: inputs as Record<string, tf.TensorInfo>, backend: simd, attributes: attrs };
        return simd.attempt(() => run(call));
      },
    });
  }
}

/** Every kernel that the engine brings, by the name under which TensorFlow.js or an op looks for it. */
export const engineKernels: Readonly<Record<string, EngineKernel>> = {
  ...matMulKernels,
  ...linearKernels,
  ...linearCrossEntropyKernels,
  ...activationKernels,
  ...appendTokensKernels,
  ...attentionKernels,
  ...cachedAttentionKernels,
  ...dropoutKernels,
  ...embeddingKernels,
  ...fillKernels,
  ...normKernels,
  ...optimizerKernels,
  ...conversionKernels,
  ...dataMovementKernels,
  ...elementwiseKernels,
  ...reductionKernels,
};
