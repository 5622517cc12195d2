import * as tf from '@tensorflow/tfjs';
import { hasKernels, runKernel } from './has-kernels.ts';
import { adamWKernel, type AdamWAttributes } from './kernels.ts';

/** One parameter of an update: four float32 tensors of the same shape, and factors of its own. */
export interface AdamWParameter {
  /** The parameter itself. */
  readonly value: tf.Variable;
  /** Its gradient. */
  readonly gradient: tf.Tensor;
  /** Running mean of the gradient. */
  readonly mean: tf.Variable;
  /** Running mean of the squared gradient. */
  readonly square: tf.Variable;
  /** What is left of the parameter after its decay. */
  readonly kept: number;
  /** Factor of the direction. */
  readonly stepSize: number;
  /** Added to the denominator. */
  readonly eps: number;
}

/** Factors that all parameters of an update share. */
export type AdamWFactors = Pick<AdamWAttributes, 'beta1' | 'beta2' | 'gradientShare' | 'squareShare'>;

/**
 * Moves parameters by one step of AdamW, whose corrections the caller has folded into the factors:
 *
 * ```text
 * mean = beta1 mean + gradientShare g
 * square = beta2 square + squareShare g^2
 * value = kept value - stepSize mean / (sqrt(square) + eps)
 * ```
 *
 * Tensors are float32, and the four of a parameter have one shape; this is not checked. All variables get new values;
 * nothing is returned. Tensors that share bytes with a variable keep what they had.
 * Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization", algorithm 2.
 */
export function adamWUpdate(parameters: readonly AdamWParameter[], factors: AdamWFactors): void {
  if (parameters.length === 0) return;
  if (!hasKernels(adamWKernel, [])) {
    for (const parameter of parameters) tf.tidy(() => updateReference(parameter, factors));
    return;
  }
  const inputs: Record<string, tf.Tensor> = {};
  for (const [i, { value, gradient, mean, square }] of parameters.entries()) {
    takeBytes(value);
    takeBytes(mean);
    takeBytes(square);
    inputs[`value${i}`] = value;
    inputs[`gradient${i}`] = gradient;
    inputs[`mean${i}`] = mean;
    inputs[`square${i}`] = square;
  }
  const attributes: AdamWAttributes = {
    ...factors,
    kept: parameters.map(({ kept }) => kept),
    stepSizes: parameters.map(({ stepSize }) => stepSize),
    eps: parameters.map(({ eps }) => eps),
  };
  runKernel(adamWKernel, inputs, attributes);
}

/** Gives a variable bytes of its own where a clone or a reshaped tensor shares them. */
function takeBytes(variable: tf.Variable): void {
  if ((tf.backend() as tf.KernelBackend).refCount(variable.dataId) === 1) return;
  tf.tidy(() => variable.assign(tf.mul(variable, 1)));
}

function updateReference(parameter: AdamWParameter, factors: AdamWFactors): void {
  const { value, gradient, mean, square, kept, stepSize, eps } = parameter;
  const { beta1, gradientShare, beta2, squareShare } = factors;
  mean.assign(tf.add(tf.mul(mean, beta1), tf.mul(gradient, gradientShare)));
  square.assign(tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradient), squareShare)));
  const direction = tf.div(mean, tf.add(tf.sqrt(square), eps));
  const rest = kept === 1 ? value : tf.mul(value, kept);
  value.assign(tf.sub(rest, tf.mul(direction, stepSize)));
}
