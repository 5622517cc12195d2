import type * as tf from '@tensorflow/tfjs';
import type { ForwardContext } from './forward-context.ts';
import { namedParameters } from './module-tree.ts';

const brand = Symbol.for('gptloom.module');

/**
 * A layer, block or model: a class with fields. Public fields that are a Parameter, a Module or an array of them are its
 * parameter tree; there is nothing to register. Extend it and write `forward`.
 */
export abstract class Module<Input = tf.Tensor, Output = tf.Tensor> {
  readonly [brand] = true;

  /** Computes the output. What it makes on the way is freed by the caller's tidy. */
  abstract forward(input: Input, context: ForwardContext): Output;

  /** Whether `value` is a Module, from any copy of the package. */
  static isInstance(value: unknown): value is Module<never, unknown> {
    return typeof value === 'object' && value !== null && brand in value;
  }

  /** Frees the values of every parameter below this module. Further use throws DisposedError. */
  dispose(): void {
    for (const parameter of namedParameters(this).values()) parameter.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A module of any input and output, as the functions that walk the tree take it. */
export type AnyModule = Module<never, unknown>;
