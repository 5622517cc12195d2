import * as tf from '@tensorflow/tfjs';
import { check, checkOptions, ignoreIndex as defaultIgnoreIndex, ShapeError } from '@gptloom/core';
import { checkTensor, describeTensor } from './check-tensor.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import {
  linearCrossEntropyGradKernel,
  linearCrossEntropyKernel,
  mostKeptLogits,
  type LinearCrossEntropyAttributes,
} from './kernels.ts';
import { linearCrossEntropyReference } from './linear-cross-entropy.reference.ts';
import { runOp, shareGradients } from './run-op.ts';

/** Options of linearCrossEntropy. */
export interface LinearCrossEntropyOptions {
  /** Logits become `softCap tanh(logit / softCap)`, as in Gemma 2. Default: no cap. */
  readonly softCap?: number | undefined;
  /** The target that counts for nothing. Default -100. */
  readonly ignoreIndex?: number | undefined;
}

/**
 * The output head and its loss in one: for each token `logSumExp(logits) - logits[target]` with
 * `logits = hidden headWeight^T`, in nats. Of all logits at most 48 MiB are held at once. Equals
 * torch.nn.functional.cross_entropy(..., reduction='none').
 *
 * @param hidden float32 `[tokens, dim]`
 * @param headWeight float32 `[vocab, dim]`, neither of them 0
 * @param targets int32 `[tokens]`, each at least 0 and below `vocab`, or ignoreIndex. Values live on the device, so callers
 * check the range where they still have the targets on the host.
 * @returns float32 `[tokens]`, nats of each token, 0 where ignored; the caller disposes it
 * @throws ShapeError when the sizes do not fit together; ConfigError on bad options
 */
export function linearCrossEntropy(
  hidden: tf.Tensor2D,
  headWeight: tf.Tensor2D,
  targets: tf.Tensor1D,
  options: LinearCrossEntropyOptions = {},
): tf.Tensor1D {
  const who = 'linearCrossEntropy';
  checkOptions(who, options, {
    softCap: check.optional(check.positiveNumber),
    ignoreIndex: check.optional(check.integer),
  });
  checkTensor(who, 'headWeight', headWeight, { shape: ['vocab', 'dim'] });
  checkTensor(who, 'hidden', hidden, { shape: ['tokens', headWeight.shape[1]] });
  checkTensor(who, 'targets', targets, { dtype: 'int32', shape: [hidden.shape[0]] });
  if (headWeight.size === 0) {
    const rule = 'headWeight must be float32 [vocab, dim], neither of them 0';
    throw new ShapeError({ who, rule, received: describeTensor(headWeight) });
  }
  const attributes: LinearCrossEntropyAttributes = {
    softCap: options.softCap ?? 0,
    ignoreIndex: options.ignoreIndex ?? defaultIgnoreIndex,
    mostKept: tf.engine().isTapeOn() ? mostKeptLogits : 0,
  };
  if (hidden.shape[0] === 0) return tf.zeros([0]);
  if (!hasKernels(linearCrossEntropyKernel, [linearCrossEntropyGradKernel])) {
    return linearCrossEntropyReference(hidden, headWeight, targets, attributes);
  }
  const inputs = { hidden, weight: headWeight };
  return runOp(
    who,
    inputs,
    () => {
      const [losses, ...kept] = runKernel(linearCrossEntropyKernel, { ...inputs, targets }, attributes);
      return { value: losses!, saved: [hidden, headWeight, targets, ...kept] };
    },
    (dy, saved) => {
      const [states, weight, savedTargets, logSumExp, logits] = saved;
      const gradient = shareGradients(saved, () =>
        runKernel(
          linearCrossEntropyGradKernel,
          { dy, hidden: states, weight, targets: savedTargets, logSumExp, logits },
          attributes,
        ),
      );
      return { hidden: () => gradient(0), weight: () => gradient(1) };
    },
  ) as tf.Tensor1D;
}
