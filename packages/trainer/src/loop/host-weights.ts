import * as tf from '@tensorflow/tfjs';
import type { Parameter } from '@gptloom/layers';

/** Values of parameters on the host, by path. */
export type HostWeights = ReadonlyMap<string, Float32Array>;

/** A copy of one parameter's values. A copy, because a backend may hand out its live array. */
export async function readParameter(parameter: Parameter): Promise<Float32Array<ArrayBuffer>> {
  return ((await parameter.value.data()) as Float32Array).slice() as Float32Array<ArrayBuffer>;
}

/** Copies of the values of all parameters. */
export async function readWeights(parameters: ReadonlyMap<string, Parameter>): Promise<HostWeights> {
  const weights = new Map<string, Float32Array>();
  for (const [path, parameter] of parameters) weights.set(path, await readParameter(parameter));
  return weights;
}

/** Puts values back into the parameters that have some. */
export function writeWeights(parameters: ReadonlyMap<string, Parameter>, weights: HostWeights): void {
  for (const [path, values] of weights) {
    const { shape, value } = parameters.get(path)!;
    tf.tidy(() => value.assign(tf.tensor(values.slice(), [...shape], 'float32')));
  }
}
