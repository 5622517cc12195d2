import * as tf from '@tensorflow/tfjs';
import { check, checkOptions } from '@gptloom/core';
import type { ForwardContext } from './forward-context.ts';
import { Module } from './module.ts';
import { Parameter, roleCheck, type ParameterRole } from './parameter.ts';
import { refuseUnsupported } from './tf-layer-rules.ts';
import { tfInitializer } from './tf-initializer.ts';

/** How an existing layer becomes a module. */
export interface WrapTfLayerOptions {
  /** Shape of the input without the batch; `null` for a size that may change, such as the time. */
  readonly inputShape: readonly (number | null)[];
  /** Role of the weights of two and more dimensions. Default `'matrix'`. */
  readonly role?: ParameterRole | undefined;
}

/** A weight of a layer, as far as wrapping needs it: TensorFlow.js keeps its variable in the protected field `val`. */
interface LayerWeight {
  readonly originalName: string;
  readonly trainable: boolean;
  readonly dtype: string;
  readonly shape: readonly (number | null)[];
  val: tf.Variable;
}

/** The module that `wrapTfLayer` makes; each weight is a field of its name (`kernel`, `bias`, ...). */
export class WrappedTfLayer extends Module<tf.Tensor, tf.Tensor> {
  static override readonly className: string = 'WrappedTfLayer';
  /** The layer of TensorFlow.js. It reads the values of this module's parameters. */
  readonly layer: tf.layers.Layer;
  private readonly links: readonly (readonly [LayerWeight, string])[];

  /** Use `wrapTfLayer`. */
  constructor(layer: tf.layers.Layer, options: WrapTfLayerOptions) {
    super();
    checkOptions('wrapTfLayer', options, {
      inputShape: check.array,
      role: check.optional(roleCheck),
    });
    refuseUnsupported(layer);
    this.layer = layer;
    const keepsValues = build(layer, options.inputShape);
    const config = layer.getConfig();
    const links: [LayerWeight, string][] = [];
    for (const weight of layer.weights as unknown as LayerWeight[]) {
      const name = freeName(weight.originalName.split('/').at(-1)!, this);
      const parameter = new Parameter({
        shape: weight.val.shape,
        role: roleOf(name, weight.val.shape.length, options.role ?? 'matrix'),
        initializer: tfInitializer(config, name),
      });
      parameter.trainable = weight.trainable;
      if (keepsValues) parameter.assign(weight.val);
      weight.val.dispose();
      Object.defineProperty(this, name, { value: parameter, enumerable: true });
      links.push([weight, name]);
    }
    this.links = links;
  }

  /** Maps the layer's input, `[batch, ...inputShape]`, to its output, of the shape that the layer gives. */
  forward<T extends tf.Tensor>(x: tf.Tensor, context: ForwardContext): T {
    const fields = this as unknown as Record<string, Parameter>;
    for (const [weight, name] of this.links) weight.val = fields[name]!.value;
    return this.layer.apply(x, { training: context.training }) as T;
  }
}

/**
 * Makes a module of an existing layer of TensorFlow.js, which goes wherever a layer of this package goes: its weights are
 * Parameters, so it is initialized, trained, frozen and saved like any other. It is built at once. Values are drawn by
 * `initialize` from seed and path, in the way of the layer's own initializers (zeros, ones, constant, uniform, normal,
 * truncated normal, variance scaling; Glorot uniform in place of others). A layer that is already built, or has `weights`
 * in its options, keeps its values. From then on the module owns the layer: dispose the module, not the layer.
 *
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { initialize, wrapTfLayer } from '@gptloom/layers';
 *
 * const dense = wrapTfLayer(tf.layers.dense({ units: 8, activation: 'tanh' }), { inputShape: [null, 16] });
 * initialize(dense, { seed: 1 });
 * ```
 *
 * @throws ConfigError for layers that draw random numbers without a seed (`tf.layers.dropout`: use Dropout), or that have a
 * regularizer or a constraint, which training here would not see
 */
export function wrapTfLayer(layer: tf.layers.Layer, options: WrapTfLayerOptions): WrappedTfLayer {
  return new WrappedTfLayer(layer, options);
}

/** Builds the layer; says whether it holds values that someone chose. */
function build(layer: tf.layers.Layer, inputShape: readonly (number | null)[]): boolean {
  if (layer.built) return true;
  const given = (layer as unknown as { initialWeights: tf.Tensor[] | null }).initialWeights;
  // Spares the layer's own draws, which would come from Math.random.
  layer.setFastWeightInitDuringBuild(true);
  tf.tidy(() => {
    layer.build([null, ...inputShape]);
    if (given !== null) layer.setWeights(given);
  });
  layer.built = true;
  return given !== null;
}

function freeName(name: string, holder: object): string {
  let free = name;
  for (let n = 1; free in holder || free === 'links'; n++) free = `${name}_${n}`;
  return free;
}

function roleOf(name: string, rank: number, role: ParameterRole): ParameterRole {
  if (/gamma|moving/.test(name)) return 'norm';
  return rank >= 2 ? role : 'bias';
}
