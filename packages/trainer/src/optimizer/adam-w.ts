import * as tf from '@tensorflow/tfjs';
import { check, checkOptions, CheckpointError, fingerprint, type Check } from '@gptloom/core';
import type { Parameter, ParameterRole } from '@gptloom/layers';
import { adamWUpdate, type AdamWParameter } from '@gptloom/ops';
import { constantSchedule } from './constant-schedule.ts';
import type { Optimizer, OptimizerRun, OptimizerState, UpdateOptions } from './optimizer.ts';
import type { Schedule } from './schedule.ts';

/** The settings of AdamW. */
export interface AdamWOptions {
  /** A constant rate, or a schedule such as `cosineSchedule(...)`. */
  readonly learningRate: number | Schedule;
  /** Decay of the running mean of gradients. Default 0.9. */
  readonly beta1?: number | undefined;
  /** Decay of the running mean of squared gradients. Default 0.95. */
  readonly beta2?: number | undefined;
  /** Added to the denominator. Default 1e-8. */
  readonly eps?: number | undefined;
  /** Share of a weight, times the learning rate, that is taken away in a step. Default 0.1. */
  readonly weightDecay?: number | undefined;
  /** Which parameters decay. Default by role: `matrix`, `embedding` and `head` do, `position`, `norm` and `bias` do not. */
  readonly decay?: ((path: string, parameter: Parameter) => boolean) | undefined;
}

const isSchedule: Check = (value) =>
  typeof (value as Partial<Schedule> | undefined)?.rate === 'function' ? undefined : 'must be a schedule';

type Settings = Required<{ [K in 'beta1' | 'beta2' | 'eps' | 'weightDecay']: number }> & {
  readonly schedule: Schedule;
  readonly decay: (path: string, parameter: Parameter) => boolean;
};

const decayingRoles: ReadonlySet<ParameterRole> = new Set<ParameterRole>(['matrix', 'embedding', 'head']);

/**
 * Adam with decoupled weight decay. For a gradient g and its t-th update:
 *
 * ```text
 * w = w - learningRate * weightDecay * w
 * m = beta1 * m + (1 - beta1) * g
 * v = beta2 * v + (1 - beta2) * g^2
 * w = w - learningRate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
 * ```
 *
 * Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization", algorithm 2; equal to torch.optim.AdamW.
 *
 * ```ts
 * import { adamW, cosineSchedule } from '@gptloom/trainer';
 * const optimizer = adamW({ learningRate: cosineSchedule({ peak: 1e-3, warmupSteps: 100, totalSteps: 2000 }) });
 * console.log(optimizer.learningRate(2000)); // 0.0001
 * ```
 *
 * @throws ConfigError for settings outside their ranges
 */
export function adamW(options: AdamWOptions): Optimizer {
  checkOptions('adamW', options, {
    learningRate: check.either(check.positiveNumber, isSchedule),
    beta1: check.optional(check.fraction),
    beta2: check.optional(check.fraction),
    eps: check.optional(check.positiveNumber),
    weightDecay: check.optional(check.nonNegativeNumber),
    decay: check.optional(check.function),
  });
  const { learningRate, beta1 = 0.9, beta2 = 0.95, eps = 1e-8, weightDecay = 0.1 } = options;
  const decay = options.decay ?? ((_path, parameter) => decayingRoles.has(parameter.role));
  const schedule = typeof learningRate === 'number' ? constantSchedule({ learningRate }) : learningRate;
  return {
    learningRate: (step) => schedule.rate(step),
    create: (parameters) => new AdamWRun(parameters, { schedule, beta1, beta2, eps, weightDecay, decay }),
  };
}

interface Moments {
  readonly parameter: Parameter;
  readonly decays: boolean;
  /** Running means of the gradient and of its square. Variables, so that an update replaces them in place. */
  readonly mean: tf.Variable;
  readonly square: tf.Variable;
  /** Updates so far: a parameter that gets no gradient for a while is corrected by its own count, as in PyTorch. */
  updates: number;
}

class AdamWRun implements OptimizerRun {
  readonly configuration: Readonly<Record<string, string | number>>;
  private readonly settings: Settings;
  private readonly moments: ReadonlyMap<string, Moments>;

  constructor(parameters: ReadonlyMap<string, Parameter>, settings: Settings) {
    this.settings = settings;
    this.moments = new Map(
      [...parameters].map(([path, parameter]) => [
        path,
        {
          parameter,
          decays: settings.weightDecay > 0 && settings.decay(path, parameter),
          mean: zeroVariable(parameter),
          square: zeroVariable(parameter),
          updates: 0,
        },
      ]),
    );
    const { schedule, beta1, beta2, eps, weightDecay } = settings;
    const decaying = [...this.moments].filter(([, { decays }]) => decays).map(([path]) => path);
    this.configuration = {
      optimizer: 'AdamW',
      learningRate: schedule.description,
      beta1,
      beta2,
      eps,
      weightDecay,
      decay: `${decaying.length} parameter(s), ${fingerprint(decaying.join('\n'))}`,
    };
  }

  update(gradients: ReadonlyMap<string, tf.Tensor>, { step, scale }: UpdateOptions): void {
    const { beta1, beta2, eps, weightDecay, schedule } = this.settings;
    const rate = schedule.rate(step);
    // The scale of the gradient and both bias corrections are folded into the factors, which saves five passes.
    const parameters = [...gradients].map(([path, gradient]): AdamWParameter => {
      const moments = this.moments.get(path)!;
      moments.updates += 1;
      const { parameter, mean, square, updates, decays } = moments;
      const rootCorrection = Math.sqrt(1 - beta2 ** updates);
      return {
        ...{ value: parameter.value, gradient, mean, square },
        kept: decays ? 1 - rate * weightDecay : 1,
        stepSize: (rate * rootCorrection) / (1 - beta1 ** updates),
        eps: eps * rootCorrection,
      };
    });
    const gradientShare = (1 - beta1) * scale;
    adamWUpdate(parameters, { beta1, gradientShare, beta2, squareShare: (1 - beta2) * scale * scale });
  }

  async save(): Promise<OptimizerState> {
    const state = new Map<string, Float32Array>();
    for (const [path, { mean, square, updates }] of this.moments) {
      state.set(`${path}.mean`, (await mean.data()).slice() as Float32Array);
      state.set(`${path}.square`, (await square.data()).slice() as Float32Array);
      state.set(`${path}.updates`, Float32Array.of(updates));
    }
    return state;
  }

  load(state: OptimizerState): void {
    const read = (name: string, size: number): Float32Array => {
      const values = state.get(name);
      if (values?.length === size) return values;
      throw new CheckpointError({
        who: 'adamW',
        rule: `the saved state must have ${size} value(s) of '${name}'`,
        received: values === undefined ? 'none' : String(values.length),
      });
    };
    for (const [path, moments] of this.moments) {
      const { shape, size } = moments.parameter;
      const assign = (variable: tf.Variable, values: Float32Array): void =>
        tf.tidy(() => variable.assign(tf.tensor(values.slice(), [...shape], 'float32')));
      assign(moments.mean, read(`${path}.mean`, size));
      assign(moments.square, read(`${path}.square`, size));
      moments.updates = read(`${path}.updates`, 1)[0]!;
    }
  }

  dispose(): void {
    for (const { mean, square } of this.moments.values()) tf.dispose([mean, square]);
  }
}

function zeroVariable(parameter: Parameter): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zerosLike(parameter.value), false));
}
