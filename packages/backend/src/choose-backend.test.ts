import * as tf from '@tensorflow/tfjs';
import { BackendError } from '@gptloom/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { elsewhereRow, type BackendRow, type LoadContext, type LoadedBackend } from './backend-row.ts';
import type { Backend, BackendName } from './backend.ts';
import { tfjsCpu } from './backends/tfjs-cpu.ts';
import { chooseBackend, type RunningBackends } from './choose-backend.ts';

const context: LoadContext = { allowSoftware: false };
let running: RunningBackends;

beforeEach(async () => {
  running = new Map();
  await tf.setBackend('cpu');
});
afterEach(async () => {
  await tf.setBackend('cpu');
  if (tf.engine().findBackendFactory('broken') !== null) tf.removeBackend('broken');
});

const missing = (name: BackendName, device: 'gpu' | 'cpu'): BackendRow => ({
  name,
  device,
  probe: async () => ({ reason: 'not installed', remedy: `npm install ${name}` }),
  load: async () => expect.unreachable('a backend that is not there is not loaded'),
});
const throwing: BackendRow = {
  name: 'webgpu',
  device: 'gpu',
  probe: async () => undefined,
  load: async () => {
    throw new Error('device lost\nat somewhere');
  },
};

/** The plain backend with one kernel that computes something else. */
function brokenRow(disposed: string[], tanh: 'wrong' | 'NaN' | 'throws'): BackendRow {
  return {
    name: 'simd',
    device: 'cpu',
    probe: async () => undefined,
    load: async () => {
      const Plain = tf.findBackend('cpu').constructor as new () => tf.KernelBackend;
      const plain = Object.assign(new Plain(), { firstUse: false });
      tf.registerBackend('broken', () => plain);
      for (const kernel of tf.getKernelsForBackend('cpu')) {
        if (tf.getKernel(kernel.kernelName, 'broken') !== undefined) tf.unregisterKernel(kernel.kernelName, 'broken');
      }
      tf.copyRegisteredKernels('cpu', 'broken');
      tf.unregisterKernel('Tanh', 'broken');
      const other = { wrong: 'Sigmoid', NaN: 'Acosh', throws: 'Tanh' }[tanh];
      const kernelFunc = tf.getKernel(other, 'cpu').kernelFunc;
      if (tanh !== 'throws') tf.registerKernel({ kernelName: 'Tanh', backendName: 'broken', kernelFunc });
      return {
        tensorflowName: 'broken',
        description: 'broken',
        deterministic: true,
        dispose: () => {
          disposed.push('broken');
          tf.removeBackend('broken');
        },
      };
    },
  };
}

describe('chooseBackend', () => {
  it('falls through in order, with every reason', async () => {
    const rows = [
      throwing,
      missing('node-gpu', 'gpu'),
      elsewhereRow('webgl', 'gpu', 'for browsers only', 'none'),
      tfjsCpu,
    ];
    const backend = await chooseBackend(rows, 'auto', context, running);
    expect(backend.summary).toBe(
      'tfjs-cpu: CPU, 1 thread, plain JavaScript. Not chosen: webgpu (failed to start: device lost), node-gpu (not installed)',
    );
    expect(backend.rejected.map(({ name, reason }) => [name, reason])).toEqual([
      ['webgpu', 'failed to start: device lost'],
      ['node-gpu', 'not installed'],
      ['webgl', 'for browsers only'],
    ]);
  });

  it('tries only what was asked for', async () => {
    const backend = await chooseBackend([throwing, missing('simd', 'cpu'), tfjsCpu], 'cpu', context, running);
    expect(backend.rejected.map(({ name }) => name)).toEqual(['simd']);
    const named = await chooseBackend([throwing, missing('simd', 'cpu'), tfjsCpu], 'tfjs-cpu', context, running);
    expect(named.rejected).toEqual([]);
  });

  it.each([
    ['wrong', /failed its self-check: wrong numbers: loss\[0\] is [\d.]+ and should be 1.4394345/],
    ['NaN', /failed its self-check: wrong numbers: loss\[0\] is NaN/],
    ['throws', /failed to start: Kernel 'Tanh' not registered for backend 'broken'/],
  ] as const)('rejects a backend whose Tanh is %s, stops it, and leaves nothing behind', async (kind, reason) => {
    const disposed: string[] = [];
    const before = tf.memory().numTensors;
    const backend = await chooseBackend([brokenRow(disposed, kind), tfjsCpu], 'auto', context, running);
    expect(backend.name).toBe('tfjs-cpu');
    expect(backend.rejected[0]?.reason).toMatch(reason);
    expect(disposed).toEqual(['broken']);
    expect(tf.memory().numTensors).toBe(before);
    expect([...running.keys()]).toEqual(['tfjs-cpu']);
  });

  it('keeps the backend it had where none works, and carries the cause', async () => {
    await chooseBackend([tfjsCpu], 'auto', context, running);
    const error: unknown = await chooseBackend([throwing, missing('node-gpu', 'gpu')], 'gpu', context, running).catch(
      (thrown: unknown) => thrown,
    );
    expect(BackendError.isInstance(error)).toBe(true);
    expect(String(error)).toBe(
      'BackendError: selectBackend: no GPU backend works here; received webgpu (failed to start: device lost), node-gpu (not installed); ' +
        'try: webgpu: update the driver and the package, or use another; node-gpu: npm install node-gpu',
    );
    expect((error as Error).cause).toMatchObject({ message: 'device lost\nat somewhere' });
    expect(tf.getBackend()).toBe('cpu');
  });

  it('starts a backend once', async () => {
    let loads = 0;
    const counted: BackendRow = { ...tfjsCpu, load: (options) => ((loads += 1), tfjsCpu.load(options)) };
    await chooseBackend([counted], 'auto', context, running);
    await chooseBackend([counted], 'cpu', context, running);
    expect(loads).toBe(1);
  });

  it('passes over backends without a profile where one is asked for', async () => {
    const profile = {} as NonNullable<Backend['profile']>;
    const profiled: BackendRow = {
      ...tfjsCpu,
      name: 'simd',
      hasProfile: true,
      load: async (options) => ({ ...((await tfjsCpu.load(options)) as LoadedBackend), profile: () => profile }),
    };
    const wanted = { ...context, profile: true };
    const backend = await chooseBackend([missing('webgpu', 'gpu'), tfjsCpu, profiled], 'auto', wanted, new Map());
    expect(backend.profile).toBe(profile);
    expect(backend.rejected.map(({ name, reason }) => `${name} ${reason}`)).toEqual([
      'webgpu not installed',
      'tfjs-cpu no profile of its kernels',
    ]);
    expect(await chooseBackend([profiled], 'simd', context, new Map())).not.toHaveProperty('profile');
    await expect(chooseBackend([tfjsCpu], 'tfjs-cpu', wanted, new Map())).rejects.toThrow(
      "the backend 'tfjs-cpu' can not be used here: no profile of its kernels; try: selectBackend('simd', { profile: true })",
    );
  });
});
