import type * as tf from '@tensorflow/tfjs';
import { ConfigError } from '@gptloom/core';

const randomClasses =
  /^(Dropout|SpatialDropout1D|GaussianNoise|GaussianDropout|AlphaDropout|RandomWidth|RandomHeight)$/;

/**
 * Refuses a layer that would draw from an unseeded generator, or that counts on a training loop of TensorFlow.js.
 *
 * @throws ConfigError
 */
export function refuseUnsupported(layer: tf.layers.Layer): void {
  inspect(layer.getClassName(), layer.getConfig());
}

/** Layers inside layers appear in a configuration as `{ className, config }`. */
function inspect(className: string, config: unknown): void {
  if (typeof config !== 'object' || config === null) return;
  const seeded = 'seed' in config && typeof config.seed === 'number';
  if (randomClasses.test(className) && !seeded) {
    throw new ConfigError({
      who: 'wrapTfLayer',
      rule: 'a layer must not draw random numbers without a seed, because runs could not be repeated',
      received: `a layer of class ${className}`,
      suggestion: 'use Dropout of this package',
    });
  }
  for (const [key, value] of Object.entries(config)) {
    if (/dropout$/i.test(key) && typeof value === 'number' && value > 0) {
      throw new ConfigError({
        who: 'wrapTfLayer',
        rule: 'a layer must not draw random numbers without a seed, because runs could not be repeated',
        received: `${key} ${value} in a layer of class ${className}`,
        suggestion: `set ${key} to 0, and use Dropout of this package`,
      });
    }
    if (/(Regularizer|Constraint)$/.test(key) && value !== null && value !== undefined) {
      throw new ConfigError({
        who: 'wrapTfLayer',
        rule: 'regularizers and constraints of a wrapped layer would have no effect',
        received: `${key} in a layer of class ${className}`,
        suggestion: 'leave it out; weight decay is an option of the optimizer',
      });
    }
    for (const part of Array.isArray(value) ? value : [value]) {
      if (typeof part !== 'object' || part === null) continue;
      const nested = part as { className?: unknown; config?: unknown };
      inspect(String(nested.className ?? className), 'config' in nested ? nested.config : part);
    }
  }
}
