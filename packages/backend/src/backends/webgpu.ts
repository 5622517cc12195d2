import * as tf from '@tensorflow/tfjs';
import type { BackendRow, LoadContext, LoadedBackend, Rejection } from '../backend-row.ts';
import { describeAdapter, isSoftwareAdapter } from '../software-adapter.ts';

/** The part of `@tensorflow/tfjs-backend-webgpu` that is used. */
export interface WebGpuPackage {
  readonly WebGPUBackend: new (device: GPUDevice, adapterInfo?: GPUAdapterInfo) => tf.KernelBackend;
}

/** How a runtime comes by WebGPU. */
export interface WebGpuRuntime {
  /** The cheap look before loading. */
  probe(): Promise<Rejection | undefined>;
  /** The entry point of WebGPU: `navigator.gpu`, or an instance of Dawn. */
  openGpu(): Promise<GPU>;
  /** Loads the TensorFlow.js backend. */
  importBackend(): Promise<WebGpuPackage>;
  /** Runs `construct` where the backend finds `navigator.gpu`, which its constructor insists on. */
  withNavigator<T>(gpu: GPU, construct: () => T): T;
  /** What to do where there is no adapter. */
  readonly adapterRemedy: string;
}

// Those that TensorFlow.js itself asks for: its kernels choose their tiles by what the device grants.
const limitNames = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** A GPU through WebGPU. The device is made here, so that the adapter can be judged before anything runs on it. */
export function webGpuRow(runtime: WebGpuRuntime): BackendRow {
  return { name: 'webgpu', device: 'gpu', probe: () => runtime.probe(), load };

  async function load({ allowSoftware }: LoadContext): Promise<LoadedBackend | Rejection> {
    const gpu = await runtime.openGpu();
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) return { reason: 'no adapter found', remedy: runtime.adapterRemedy };
    const { info } = adapter;
    const software = isSoftwareAdapter(info);
    const name = describeAdapter(info);
    if (software && !allowSoftware) {
      return {
        reason: `only a software adapter, ${name}`,
        remedy: "selectBackend('webgpu'), or { allowSoftware: true }, runs on it all the same, slowly",
      };
    }
    const device = await adapter.requestDevice({
      requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
      requiredLimits: Object.fromEntries(limitNames.map((limit) => [limit, adapter.limits[limit]])),
    });
    const { WebGPUBackend } = await runtime.importBackend();
    // In browsers the package has registered a device of its own choice. One that is in use is left alone.
    if ('webgpu' in tf.engine().registry) {
      device.destroy();
      return { tensorflowName: 'webgpu', description: describe(name, software), deterministic: false, software };
    }
    if (tf.engine().findBackendFactory('webgpu') !== null) tf.removeBackend('webgpu');
    const backend = runtime.withNavigator(gpu, () => new WebGPUBackend(device, info));
    tf.registerBackend('webgpu', () => backend, 3);
    return {
      tensorflowName: 'webgpu',
      description: describe(name, software),
      // Some kernels add with atomics, in whatever order the GPU gets to them.
      deterministic: false,
      software,
      dispose: () => {
        if (tf.engine().registry['webgpu'] === backend) tf.removeBackend('webgpu');
        device.destroy();
      },
    };
  }
}

function describe(name: string, software: boolean): string {
  return software ? `GPU emulated in software, ${name}` : `GPU, ${name}`;
}
