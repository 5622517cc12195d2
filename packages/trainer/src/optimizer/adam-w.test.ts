import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { initialize, Module, Parameter, type ParameterRole } from '@gptloom/layers';
import golden from '../../test/golden/adamw.json' with { type: 'json' };
import { adamW, type AdamWOptions } from './adam-w.ts';
import { cosineSchedule } from './cosine-schedule.ts';
import type { OptimizerRun } from './optimizer.ts';

beforeAll(() => tf.setBackend('cpu'));

function parameter(values: readonly number[], shape: readonly number[], role: ParameterRole): Parameter {
  const made = new Parameter({ shape, role, initializer: () => Float32Array.from(values) });
  class Holder extends Module {
    readonly made = made;
    forward(x: tf.Tensor): tf.Tensor {
      return x;
    }
  }
  initialize(new Holder(), { seed: 0 });
  return made;
}

const goldenParameters = (): Map<string, Parameter> =>
  new Map([
    ['matrix', parameter(golden.start.matrix, [3, 4], 'matrix')],
    ['bias', parameter(golden.start.bias, [4], 'bias')],
  ]);

// The same function of the step as in tools/reference/trainer_adamw.py.
function goldenGradients(step: number, scale: number): Map<string, tf.Tensor> {
  const make = (count: number, phase: number, shape: number[]): tf.Tensor =>
    tf.tensor(
      Array.from({ length: count }, (_, i) => (Math.sin(0.7 * (step + 1) * (i + 1) + phase) * 0.1) / scale),
      shape,
    );
  const gradients = new Map([['matrix', make(12, 0, [3, 4])]]);
  if (step < 20 || step >= 30) gradients.set('bias', make(4, 1, [4]));
  return gradients;
}

function runGolden(optimizer: OptimizerRun, from: number, to: number, scale = 1): void {
  for (let step = from; step < to; step++) {
    const gradients = goldenGradients(step, scale);
    optimizer.update(gradients, { step, scale });
    tf.dispose([...gradients.values()]);
  }
}

function expectClose(actual: Parameter, expected: readonly number[], tolerance: number): void {
  const values = actual.value.dataSync();
  expected.forEach((value, i) => expect(Math.abs(values[i]! - value)).toBeLessThan(tolerance));
}

describe('adamW', () => {
  it.each([1, 0.125])('equals torch.optim.AdamW for 100 steps, gradients scaled by %s', (scale) => {
    const parameters = goldenParameters();
    const optimizer = adamW({ learningRate: cosineSchedule(golden.schedule) }).create(parameters);
    let done = 0;
    for (const [steps, expected] of Object.entries(golden.after)) {
      runGolden(optimizer, done, Number(steps), scale);
      done = Number(steps);
      expectClose(parameters.get('matrix')!, expected.matrix, 1e-6);
      expectClose(parameters.get('bias')!, expected.bias, 1e-6);
    }
    expect(done).toBe(100);
    optimizer.dispose();
  });

  it('goes on bit for bit from a saved state', async () => {
    const [whole, halves] = [goldenParameters(), goldenParameters()];
    const settings = { learningRate: 1e-2 };
    const unbroken = adamW(settings).create(whole);
    const first = adamW(settings).create(halves);
    runGolden(unbroken, 0, 40);
    runGolden(first, 0, 25);
    const state = await first.save();
    first.dispose();
    const second = adamW(settings).create(halves);
    second.load(state);
    runGolden(second, 25, 40);
    for (const name of ['matrix', 'bias']) {
      expect(halves.get(name)!.value.dataSync()).toEqual(whole.get(name)!.value.dataSync());
    }
    expect(() => second.load(new Map())).toThrow(/must have 12 value\(s\) of 'matrix.mean'; received none/);
  });

  it('decays matrices, embeddings and heads, not positions, norms and biases', () => {
    const roles: ParameterRole[] = ['matrix', 'embedding', 'head', 'position', 'norm', 'bias'];
    const moved = (options: Partial<AdamWOptions>): string[] => {
      const parameters = new Map(roles.map((role) => [role, parameter([1], [1], role)]));
      const optimizer = adamW({ learningRate: 0.5, weightDecay: 0.2, ...options }).create(parameters);
      optimizer.update(new Map(roles.map((role) => [role, tf.zeros([1])])), { step: 0, scale: 1 });
      const changed = [...parameters].filter(([, { value }]) => value.dataSync()[0] !== 1);
      for (const [, { value }] of changed) expect(value.dataSync()[0]).toBeCloseTo(0.9, 6);
      return changed.map(([path]) => path);
    };
    expect(moved({})).toEqual(['matrix', 'embedding', 'head']);
    expect(moved({ decay: (path) => path === 'norm' })).toEqual(['norm']);
    expect(moved({ weightDecay: 0 })).toEqual([]);
  });

  it('keeps what gets no gradient, and leaves no tensors', () => {
    const parameters = goldenParameters();
    const before = tf.memory().numTensors;
    const optimizer = adamW({ learningRate: 1 }).create(parameters);
    expect(tf.memory().numTensors).toBe(before + 4);
    optimizer.update(new Map(), { step: 0, scale: 1 });
    expectClose(parameters.get('matrix')!, golden.start.matrix, 1e-7);
    runGolden(optimizer, 0, 2);
    expect(tf.memory().numTensors).toBe(before + 4);
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('describes everything that decides its updates', () => {
    const { configuration } = adamW({ learningRate: 0.1, beta2: 0.99 }).create(goldenParameters());
    expect(configuration).toMatchObject({
      optimizer: 'AdamW',
      learningRate: 'constant(learningRate 0.1, warmupSteps 0)',
      beta1: 0.9,
      beta2: 0.99,
      eps: 1e-8,
      weightDecay: 0.1,
    });
    const decay = (options: Partial<AdamWOptions>): unknown =>
      adamW({ learningRate: 0.1, ...options }).create(goldenParameters()).configuration['decay'];
    expect(decay({})).not.toBe(decay({ decay: (path) => path === 'bias' }));
  });

  it('refuses settings outside their ranges', () => {
    expect(() => adamW({ learningRate: 0 })).toThrow(/learningRate must be a positive number or must be a schedule/);
    expect(() => adamW({ learningRate: 1, beta1: 1 })).toThrow(/beta1 must be at least 0 and below 1/);
    expect(() => adamW({ learningRate: 1, lr: 2 } as AdamWOptions)).toThrow(/no option 'lr'/);
  });
});
