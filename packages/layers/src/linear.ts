import * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { gelu, linear, linearGelu, type GeluOptions } from '@gptloom/ops';
import type { AdapterEntry } from './adapter-entry.ts';
import { definedWithForward } from './defined-with-forward.ts';
import type { ForwardContext } from './forward-context.ts';
import { normal, zeros, type Initializer } from './initializer.ts';
import { Module } from './module.ts';
import { Parameter, roleCheck, type ParameterRole } from './parameter.ts';

/** The size and the start of a Linear. */
export interface LinearOptions {
  /** Size of the input's last dimension. */
  readonly inDim: number;
  /** Size of the output's last dimension. */
  readonly outDim: number;
  /** Whether it adds a bias. Default true. */
  readonly bias?: boolean | undefined;
  /** Whether it projects into the residual stream, which scales its starting weight. Default false. */
  readonly residual?: boolean | undefined;
  /** Role of the weight. Default `'matrix'`. */
  readonly role?: ParameterRole | undefined;
  /** Draws the weight. Default normal with standard deviation 0.02, as GPT-2. */
  readonly initializer?: Initializer | undefined;
}

/**
 * An affine map of the last dimension: `y = x Wᵀ + b`, with `W` `[outDim, inDim]` as in torch.nn.Linear. Its adapter slot
 * adds to the output: `y + adapter(x)` for the entry that the context names.
 */
export class Linear extends Module<tf.Tensor, tf.Tensor> {
  static override readonly className: string = 'Linear';
  /** `[outDim, inDim]` float32. */
  readonly weight: Parameter;
  /** `[outDim]` float32, starting at zero; absent without a bias. */
  readonly bias: Parameter | undefined;
  /** Additions to the output, of which the context names at most one. Empty at first: push your own. */
  readonly adapters: AdapterEntry[] = [];

  /** Declares the parameters; `initialize` or a file gives them values. */
  constructor(options: LinearOptions) {
    super();
    checkOptions('Linear', options, {
      inDim: check.positiveInteger,
      outDim: check.positiveInteger,
      bias: check.optional(check.boolean),
      residual: check.optional(check.boolean),
      role: check.optional(roleCheck),
      initializer: check.optional(check.function),
    });
    const { inDim, outDim, bias = true, residual = false, role = 'matrix', initializer = normal(0.02) } = options;
    this.weight = new Parameter({ shape: [outDim, inDim], role, residual, initializer });
    this.bias = bias ? new Parameter({ shape: [outDim], role: 'bias', initializer: zeros }) : undefined;
  }

  /** Maps `[..., inDim]` to `[..., outDim]`, float32; the rank stays. */
  forward<T extends tf.Tensor>(x: T, context: ForwardContext): T {
    const output = linear(x, this.weight.value as tf.Tensor2D, this.bias?.value as tf.Tensor1D | undefined);
    const entry = this.adapterOf(context);
    return (entry === undefined ? output : tf.add(output, entry.forward(x, context))) as T;
  }

  /**
   * `residual + forward(x)`, in one operation where neither an adapter nor a `forward` of another class comes between. `residual` has the
   * output's shape.
   */
  addTo<T extends tf.Tensor>(residual: T, x: tf.Tensor, context: ForwardContext): T {
    if (!this.isPlain('addTo', context)) return tf.add(residual, this.forward(x, context));
    const bias = this.bias?.value as tf.Tensor1D | undefined;
    return linear(x, this.weight.value as tf.Tensor2D, bias, residual) as T;
  }

  /** `gelu(forward(x))`, in one operation where neither an adapter nor a `forward` of another class comes between. */
  forwardGelu<T extends tf.Tensor>(x: T, context: ForwardContext, options: GeluOptions): T {
    if (!this.isPlain('forwardGelu', context)) return gelu(this.forward(x, context), options) as T;
    const bias = this.bias?.value as tf.Tensor1D | undefined;
    return linearGelu(x, this.weight.value as tf.Tensor2D, bias, options) as T;
  }

  private isPlain(method: 'addTo' | 'forwardGelu', context: ForwardContext): boolean {
    return this.adapterOf(context) === undefined && definedWithForward(this, method);
  }

  private adapterOf({ adapter }: ForwardContext): AdapterEntry | undefined {
    return adapter === undefined ? undefined : this.adapters.find(({ name }) => name === adapter);
  }
}
