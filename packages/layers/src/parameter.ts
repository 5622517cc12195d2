import * as tf from '@tensorflow/tfjs';
import { DisposedError, ConfigError, ShapeError } from '@gptloom/core';
import type { Initializer } from './initializer.ts';

const brand = Symbol.for('gptloom.parameter');

/**
 * What a parameter is for. Optimizers follow it: AdamW decays `matrix`, `embedding` and `head`, never `position`,
 * `norm` and `bias`; Muon takes `matrix` only.
 */
export type ParameterRole = 'matrix' | 'embedding' | 'position' | 'norm' | 'bias' | 'head';

/** How a parameter is declared by the layer that owns it. */
export interface ParameterOptions {
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  readonly initializer: Initializer;
  /**
   * A projection into the residual stream: its initial values are divided by the square root of the number of such
   * projections below the root, as GPT-2 does (0.02 / sqrt(2 numLayers)). Default false.
   */
  readonly residual?: boolean | undefined;
}

/**
 * A trainable tensor, float32. It is declared empty by a layer's constructor, gets its values from `initialize` or from
 * a file, and is freed with the module that owns it.
 */
export class Parameter {
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  readonly initializer: Initializer;
  readonly residual: boolean;
  /** Whether training changes it. Freeze with `setTrainable`. Default true. */
  trainable = true;
  private variable: tf.Variable | undefined;
  private disposed = false;
  readonly [brand] = true;

  constructor({ shape, role, initializer, residual = false }: ParameterOptions) {
    if (!shape.every((size) => Number.isSafeInteger(size) && size > 0)) {
      throw new ConfigError({
        who: 'Parameter',
        rule: 'shape must hold positive integers',
        received: `[${shape.join(', ')}]`,
      });
    }
    this.shape = shape;
    this.role = role;
    this.initializer = initializer;
    this.residual = residual;
  }

  static isInstance(value: unknown): value is Parameter {
    return typeof value === 'object' && value !== null && brand in value;
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** Whether it holds values. */
  get isInitialized(): boolean {
    return this.variable !== undefined;
  }

  /**
   * The tensor that holds the values. It belongs to the parameter: do not dispose it.
   *
   * @throws ConfigError before `initialize`, DisposedError after `dispose`
   */
  get value(): tf.Variable {
    if (this.variable !== undefined) return this.variable;
    if (this.disposed) throw new DisposedError({ who: 'Parameter', rule: 'it was used after dispose()' });
    throw new ConfigError({
      who: 'Parameter',
      rule: `a parameter of shape [${this.shape.join(', ')}] has no values yet`,
      suggestion:
        'call initialize(model, { seed }) first; a module in a #private field, a Map or a plain object is not found by it: ' +
        'keep modules in public fields or arrays',
    });
  }

  /** Replaces the values by those of a tensor of the same shape, which stays the caller's. */
  assign(values: tf.Tensor): void {
    if (this.disposed) throw new DisposedError({ who: 'Parameter', rule: 'it was assigned after dispose()' });
    if (values.shape.length !== this.shape.length || values.shape.some((size, i) => size !== this.shape[i])) {
      throw new ShapeError({
        who: 'Parameter',
        rule: `values must have shape [${this.shape.join(', ')}]`,
        received: `[${values.shape.join(', ')}]`,
      });
    }
    if (this.variable === undefined) {
      this.variable = tf.tidy(() => tf.variable(tf.clone(values), true));
    } else {
      this.variable.assign(tf.tidy(() => tf.keep(tf.clone(values))));
    }
  }

  /** Frees the values. Further use throws DisposedError. */
  dispose(): void {
    this.variable?.dispose();
    this.variable = undefined;
    this.disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
