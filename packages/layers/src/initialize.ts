import * as tf from '@tensorflow/tfjs';
import { check, checkOptions, foldIn, randomKey } from '@gptloom/core';
import type { AnyModule } from './module.ts';
import { namedParameters } from './module-tree.ts';

/** How starting values are drawn. */
export interface InitializeOptions {
  /** Any integer; the same seed and paths give the same values, whatever the order of construction. */
  readonly seed: number;
}

/**
 * Draws values for every parameter below `root` that has none yet, from the seed and the parameter's path. Parameters
 * that hold values keep them, so a head added to a trained model can be initialized alone.
 */
export function initialize(root: AnyModule, options: InitializeOptions): void {
  checkOptions('initialize', options, { seed: check.integer });
  const parameters = namedParameters(root);
  const residuals = [...parameters.values()].filter((parameter) => parameter.residual).length;
  const key = foldIn(randomKey(options.seed), 'initialize');
  for (const [path, parameter] of parameters) {
    if (parameter.isInitialized) continue;
    const values = parameter.initializer(foldIn(key, path), parameter.shape);
    if (parameter.residual) {
      const scale = 1 / Math.sqrt(residuals);
      for (let i = 0; i < values.length; i++) values[i]! *= scale;
    }
    const tensor = tf.tensor(values, [...parameter.shape], 'float32');
    parameter.assign(tensor);
    tensor.dispose();
  }
}
