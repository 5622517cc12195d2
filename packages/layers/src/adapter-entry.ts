import type * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import { adapterBrand, hasBrand } from './brand.ts';
import type { ForwardContext } from './forward-context.ts';
import { Module } from './module.ts';

/** How an adapter is named and what it computes. */
export interface AdapterEntryOptions {
  /** The name by which a forward context chooses it. */
  readonly name: string;
  /** Maps the layer's input `[..., inDim]` to an addition to its output, `[..., outDim]`. */
  readonly adapter: Module<tf.Tensor, tf.Tensor>;
}

/**
 * An entry of a layer's adapter slot. The adapter of an entry whose name equals `context.adapter` is active; its
 * parameters have the paths `....adapters.0.adapter...`.
 */
export class AdapterEntry extends Module<tf.Tensor, tf.Tensor> {
  static override readonly className: string = 'AdapterEntry';
  /** The name by which a forward context chooses it. */
  readonly name: string;
  /** Maps the layer's input to an addition to its output. */
  readonly adapter: Module<tf.Tensor, tf.Tensor>;
  /** Marks adapter entries of any copy of the package. */
  readonly [adapterBrand] = true;

  /** Names an adapter. */
  constructor(options: AdapterEntryOptions) {
    super();
    checkOptions('AdapterEntry', options, { name: check.nonEmptyString, adapter: check.object });
    this.name = options.name;
    this.adapter = options.adapter;
  }

  /** Whether `value` is an AdapterEntry, from any copy of the package. */
  static override isInstance(value: unknown): value is AdapterEntry {
    return hasBrand(value, adapterBrand);
  }

  /** The addition to the layer's output. */
  forward(x: tf.Tensor, context: ForwardContext): tf.Tensor {
    return this.adapter.forward(x, context);
  }
}
