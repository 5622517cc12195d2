import { foldIn, randomNormal, type RandomKey } from '@gptloom/core';
import { ones, uniform, zeros, type Initializer } from './initializer.ts';

interface InitializerConfig {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Our initializer of the kind that a layer of TensorFlow.js names for a weight: `kernelInitializer` for `kernel`,
 * `depthwiseInitializer` for `depthwise_kernel`. Where it names none or one that is not known here: zeros for biases and
 * means, ones for scales and variances, Glorot uniform (the default of TensorFlow.js) for the rest.
 */
export function tfInitializer(layerConfig: object, weightName: string): Initializer {
  const words = weightName.replace(/_\d+$/, '').split('_');
  const stem = words.map((word, i) => (i === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join('');
  const all = layerConfig as Readonly<Record<string, unknown>>;
  const named = (all[`${stem}Initializer`] ?? all[`${words[0]}Initializer`]) as InitializerConfig | null | undefined;
  const own = named === null || named === undefined ? undefined : translate(named);
  if (own !== undefined) return own;
  if (/bias|beta|mean/.test(weightName)) return zeros;
  return /gamma|variance/.test(weightName) ? ones : varianceScaling(1, 'fanAvg', 'uniform');
}

function translate({ className, config }: InitializerConfig): Initializer | undefined {
  const number = (key: string, otherwise: number): number =>
    typeof config[key] === 'number' ? (config[key] as number) : otherwise;
  if (className === 'Zeros') return zeros;
  if (className === 'Ones') return ones;
  if (className === 'Constant') return (key, shape) => zeros(key, shape).fill(number('value', 0));
  if (className === 'RandomUniform') {
    const low = number('minval', -0.05);
    const high = number('maxval', 0.05);
    return (key, shape) => uniform(1)(key, shape).map((value) => (low + high + value * (high - low)) / 2);
  }
  if (className === 'RandomNormal' || className === 'TruncatedNormal') {
    const draw = className === 'RandomNormal' ? randomNormal : truncatedNormal;
    const mean = number('mean', 0);
    const stddev = number('stddev', 0.05);
    return (key, shape) => draw(key, count(shape)).map((value) => mean + value * stddev);
  }
  if (className !== 'VarianceScaling') return undefined;
  return varianceScaling(number('scale', 1), String(config['mode']), String(config['distribution']));
}

/** Keras' variance scaling: variance `scale / fan`, with kernels laid out `[..., fanIn, fanOut]`. */
function varianceScaling(scale: number, mode: string, distribution: string): Initializer {
  return (key, shape) => {
    const size = count(shape);
    const outDim = shape.at(-1) ?? 1;
    const inDim = shape.at(-2) ?? outDim;
    const field = shape.length > 2 ? size / (inDim * outDim) : 1;
    const fans = { fanIn: inDim * field, fanOut: outDim * field };
    const fan = mode === 'fanIn' ? fans.fanIn : mode === 'fanOut' ? fans.fanOut : (fans.fanIn + fans.fanOut) / 2;
    const variance = scale / Math.max(1, fan);
    if (distribution === 'uniform') return uniform(Math.sqrt(3 * variance))(key, shape);
    return truncatedNormal(key, size).map((value) => value * Math.sqrt(variance));
  };
}

/** Standard normal numbers, those beyond two standard deviations drawn again. */
function truncatedNormal(key: RandomKey, size: number): Float32Array {
  const values = randomNormal(key, size);
  for (let attempt = 1; values.some((value) => Math.abs(value) > 2); attempt++) {
    const again = randomNormal(foldIn(key, attempt), size);
    again.forEach((value, i) => {
      if (Math.abs(values[i]!) > 2) values[i] = value;
    });
  }
  return values;
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
