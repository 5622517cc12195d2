import type * as tf from '@tensorflow/tfjs';
import { hasBrand, moduleBrand } from './brand.ts';
import type { ForwardContext } from './forward-context.ts';
import { namedParameters } from './module-tree.ts';

/**
 * A layer, block or model: a class with fields. Public fields that are a Parameter, a Module or an array of them are its
 * parameter tree; there is nothing to register. Extend it and write `forward`.
 *
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Linear, Module, type ForwardContext } from '@gptloom/layers';
 *
 * class SquaredReluFeedForward extends Module<tf.Tensor3D, tf.Tensor3D> {
 *   readonly up: Linear;
 *   readonly down: Linear;
 *   constructor(embedDim: number, intermediateDim: number) {
 *     super();
 *     this.up = new Linear({ inDim: embedDim, outDim: intermediateDim });
 *     this.down = new Linear({ inDim: intermediateDim, outDim: embedDim, residual: true });
 *   }
 *   forward(x: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
 *     return this.down.forward(tf.square(tf.relu(this.up.forward(x, context))), context);
 *   }
 * }
 * ```
 */
export abstract class Module<Input = tf.Tensor, Output = tf.Tensor> {
  /**
   * Name by which checkpoints know the class, where it has one of its own. Without it they take the name of the class, which minifiers
   * change from one build to the next.
   */
  static readonly className?: string | undefined;
  /** Marks modules of any copy of the package. */
  readonly [moduleBrand] = true;

  /**
   * Computes the output. What it makes on the way, and the output, are freed by the caller's tidy.
   *
   * @throws ConfigError before `initialize`, DisposedError after `dispose`, where the module has parameters
   */
  abstract forward(input: Input, context: ForwardContext): Output;

  /** Whether `value` is a Module, from any copy of the package. */
  static isInstance(value: unknown): value is AnyModule {
    return hasBrand(value, moduleBrand);
  }

  /** Frees the values of every parameter below this module. Further use throws DisposedError. */
  dispose(): void {
    for (const parameter of namedParameters(this).values()) parameter.dispose();
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A module of any input and output, as the functions that walk the tree take it. */
export type AnyModule = Module<never, unknown>;
