import * as tf from '@tensorflow/tfjs';

/**
 * Keeps the plain JavaScript backend of TensorFlow.js from printing `Hi, looks like you are running TensorFlow.js in
 * Node.js...` when it receives its first tensor. Other backends hand work over to it too, so this is done for all.
 */
export function silenceBanner(): void {
  const cpu: { firstUse?: boolean } | null = tf.findBackend('cpu') as unknown as { firstUse?: boolean } | null;
  if (cpu !== null) cpu.firstUse = false;
}
