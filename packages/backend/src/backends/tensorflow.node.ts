import * as tf from '@tensorflow/tfjs';
import type { BackendRow, LoadedBackend, Rejection } from '../backend-row.ts';
import { cudaRequirement, explainNativeFailure } from '../explain-native-failure.ts';
import { restoreLegacyUtil } from '../legacy-util.ts';
import { findPackage, hasPackage, importPackage } from '../node-package.ts';

/** The part of tfjs-node's backend object that is used. */
interface TensorflowBackend {
  readonly isUsingGpuDevice?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

type TensorflowPackage = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';

// Both packages register the one name 'tensorflow', and a process can hold one native TensorFlow.
let loaded: TensorflowPackage | undefined;

/** Native TensorFlow, from one of its two packages. */
export function tensorflowRow(name: 'node' | 'node-gpu', packageName: TensorflowPackage): BackendRow {
  const device = name === 'node' ? 'cpu' : 'gpu';
  return { name, device, probe, load };

  async function probe(): Promise<Rejection | undefined> {
    // A process that holds the GPU package, and no GPU, computes on the CPU with it.
    if (hasPackage(packageName) || (device === 'cpu' && loaded !== undefined)) return undefined;
    return { reason: 'not installed', remedy: `npm install ${packageName}` };
  }

  async function load(): Promise<LoadedBackend | Rejection> {
    if (loaded === undefined) {
      const failure = await loadTensorflow(packageName);
      if (failure !== undefined) return failure;
      loaded = packageName;
    }
    const backend = tf.findBackend('tensorflow') as unknown as TensorflowBackend | null;
    const usesGpu = backend?.isUsingGpuDevice === true;
    if (device === 'gpu' && !usesGpu) {
      return loaded === packageName
        ? {
            reason: 'TensorFlow sees no GPU',
            remedy: `${cudaRequirement}; TF_CPP_MIN_LOG_LEVEL=0 shows what it misses`,
          }
        : anotherIsLoaded(packageName);
    }
    if (device === 'cpu' && usesGpu) return anotherIsLoaded(packageName);
    const version = backend?.binding?.TF_Version ?? 'of unknown version';
    if (device === 'gpu') {
      return { tensorflowName: 'tensorflow', description: `GPU, native TensorFlow ${version}`, deterministic: false };
    }
    const { availableParallelism } = process.getBuiltinModule('node:os');
    const threads = availableParallelism();
    return {
      tensorflowName: 'tensorflow',
      description: `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}, native TensorFlow ${version}`,
      // TensorFlow promises this only with a switch that tfjs-node does not reach.
      deterministic: false,
      threads,
    };
  }
}

const anotherIsLoaded = (wanted: TensorflowPackage): Rejection => ({
  reason: `this process has loaded ${loaded}, and can hold one native TensorFlow`,
  remedy: `start a process that asks for ${wanted} first`,
});

async function loadTensorflow(packageName: TensorflowPackage): Promise<Rejection | undefined> {
  // Read when the library loads: leaves errors, and spares the lines about CPU instructions and missing GPUs.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  restoreLegacyUtil(process.getBuiltinModule('node:util'));
  try {
    await importPackage(packageName);
    return undefined;
  } catch (error) {
    const explanation = explainNativeFailure(error instanceof Error ? error.message : String(error), {
      packageName,
      nodeVersion: process.version,
      platform: process.platform,
      architecture: process.arch,
      installScriptRan: installScriptRan(packageName),
    });
    return { ...explanation, cause: error };
  }
}

// The install script makes the folder `deps` before it downloads.
function installScriptRan(packageName: string): boolean | undefined {
  const { existsSync } = process.getBuiltinModule('node:fs');
  const { dirname, join } = process.getBuiltinModule('node:path');
  const entry = findPackage(packageName);
  return entry === undefined ? undefined : existsSync(join(dirname(entry), '..', 'deps'));
}
