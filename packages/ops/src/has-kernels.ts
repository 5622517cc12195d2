import * as tf from '@tensorflow/tfjs';

/**
 * Whether the current backend's own kernels are to run. Where gradients are being taped it must have the backward kernels
 * too; outside a tape (decoding) the forward kernel is enough.
 */
export function hasKernels(forward: string, backward: readonly string[]): boolean {
  const backend = tf.getBackend();
  const has = (name: string): boolean => (tf.getKernel(name, backend) as tf.KernelConfig | undefined) !== undefined;
  return has(forward) && (!tf.engine().isTapeOn() || backward.every(has));
}

/** Runs a kernel of the current backend, leaving out inputs that are absent. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor | undefined>>,
  attributes: object = {},
): tf.Tensor[] {
  const present: tf.NamedTensorMap = {};
  for (const key of Object.keys(inputs)) if (inputs[key] !== undefined) present[key] = inputs[key];
  const output = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, present, attributes as tf.NamedAttrMap);
  return Array.isArray(output) ? output : [output];
}
