import * as tf from '@tensorflow/tfjs';
import { check, checkOptions, ConfigError, DisposedError, ShapeError } from '@gptloom/core';
import { hasBrand, parameterBrand } from './brand.ts';
import type { Initializer } from './initializer.ts';

/**
 * What a parameter is for. Optimizers follow it: AdamW decays `matrix`, `embedding` and `head`, never `position`,
 * `norm` and `bias`.
 */
export type ParameterRole = 'matrix' | 'embedding' | 'position' | 'norm' | 'bias' | 'head';

/** For `checkOptions`. */
export const roleCheck = check.oneOf('matrix', 'embedding', 'position', 'norm', 'bias', 'head');

/** How a parameter is declared by the layer that owns it. */
export interface ParameterOptions {
  /** Positive integers; `[]` declares a scalar. */
  readonly shape: readonly number[];
  /** What it is for, which decides how optimizers treat it. */
  readonly role: ParameterRole;
  /** Draws the starting values. */
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
  /** Size of every dimension. */
  readonly shape: readonly number[];
  /** What it is for, which decides how optimizers treat it. */
  readonly role: ParameterRole;
  /** Draws the starting values. */
  readonly initializer: Initializer;
  /** Whether it projects into the residual stream, which scales its starting values. */
  readonly residual: boolean;
  private isTrainable = true;
  private variable: tf.Variable | undefined;
  private disposed = false;
  /** Marks parameters of any copy of the package. */
  readonly [parameterBrand] = true;

  /** Declares a parameter; it holds no memory before it gets its values. */
  constructor(options: ParameterOptions) {
    checkOptions('Parameter', options, {
      shape: check.array,
      role: roleCheck,
      initializer: check.function,
      residual: check.optional(check.boolean),
    });
    const { shape, role, initializer, residual = false } = options;
    if (!shape.every((size) => Number.isSafeInteger(size) && size > 0)) {
      throw new ConfigError({
        who: 'Parameter',
        rule: 'shape must hold positive integers',
        received: `[${shape.join(', ')}]`,
      });
    }
    this.shape = [...shape];
    this.role = role;
    this.initializer = initializer;
    this.residual = residual;
  }

  /** Whether `value` is a Parameter, from any copy of the package. */
  static isInstance(value: unknown): value is Parameter {
    return hasBrand(value, parameterBrand);
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** Whether it holds values. */
  get isInitialized(): boolean {
    return this.variable !== undefined;
  }

  /** Whether training changes it. Freeze with `setTrainable`. Default true. */
  get trainable(): boolean {
    return this.isTrainable;
  }

  /** Freezes or thaws this parameter; `setTrainable` does it by path. */
  set trainable(trainable: boolean) {
    this.isTrainable = trainable;
    // The optimizers of TensorFlow.js read the flag of the variable.
    if (this.variable !== undefined) this.variable.trainable = trainable;
  }

  /**
   * The tensor that holds the values. It belongs to the parameter: do not dispose it. It is the same object as long as
   * the parameter lives.
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

  /**
   * Copies the values of a float32 tensor of the same shape, which stays the caller's. The parameter never shares bytes
   * with another tensor, so that updates in place change nothing else.
   *
   * @throws ShapeError for another shape or dtype, DisposedError after `dispose`
   */
  assign(values: tf.Tensor): void {
    if (this.disposed) throw new DisposedError({ who: 'Parameter', rule: 'it was assigned after dispose()' });
    const sameShape = values.shape.length === this.shape.length && values.shape.every((n, i) => n === this.shape[i]);
    if (!sameShape || values.dtype !== 'float32') {
      throw new ShapeError({
        who: 'Parameter',
        rule: `values must be float32 of shape [${this.shape.join(', ')}]`,
        received: `${values.dtype} [${values.shape.join(', ')}]`,
      });
    }
    // A clone would share bytes. Multiplying by one copies them, the sign of zero included.
    const copy = tf.tidy(() => tf.mul(values, 1));
    if (this.variable === undefined) this.variable = tf.variable(copy, this.isTrainable);
    else this.variable.assign(copy);
    // The variable holds a reference of its own to the bytes.
    copy.dispose();
  }

  /** Frees the values. Further use throws DisposedError; a second call does nothing. */
  dispose(): void {
    this.variable?.dispose();
    this.variable = undefined;
    this.disposed = true;
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
