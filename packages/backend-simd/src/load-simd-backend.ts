import * as tf from '@tensorflow/tfjs';
import type { Engine, SimdBackendOptions } from './engine.ts';
import { hasFusedMultiplyAdd } from './has-fused-multiply-add.ts';
import { KernelProfile } from './kernel-profile.ts';
import { registerKernels } from './register-kernels.ts';
import { startCheckedEngine } from './self-check/start-checked-engine.ts';
import { createSimdBackend } from './simd-backend.ts';

/** The started engine, in the form that `@gptloom/backend` expects. */
export interface LoadedSimdBackend {
  /** The name under which TensorFlow.js knows it, `simd`. */
  readonly tensorflowName: string;
  /** The engine in words: threads, width, what is missing and why. */
  readonly description: string;
  /** Whether results repeat bit by bit. They do, for any number of threads. */
  readonly deterministic: boolean;
  /** Threads, the main one included. */
  readonly threads: number;
  /** Begins to measure kernels, or returns the profile that is running. Its `stop()` ends it. */
  readonly profile: () => KernelProfile;
  /** Ends the threads and removes the backend from TensorFlow.js. Tensors that live on it are lost. A second call does nothing. */
  readonly dispose: () => void;
}

const name = 'simd';
let loading: Promise<LoadedSimdBackend> | undefined;

/**
 * Starts the CPU engine and registers it with TensorFlow.js as `simd`; `tf.setBackend` or `selectBackend` switches to it. The
 * kernels are checked against plain loops first. Calling it again returns the running engine, whatever the options.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { loadSimdBackend } from '@gptloom/backend-simd';
 *
 * const engine = await loadSimdBackend({ threads: 2 });
 * await tf.setBackend('simd');
 * console.log(engine.description); // "CPU, 2 threads, 256-bit"
 * ```
 *
 * @throws ConfigError for an option that makes no sense
 * @throws BackendError where WebAssembly lacks what the engine needs, or a kernel gives wrong numbers
 */
export function loadSimdBackend(options: SimdBackendOptions = {}): Promise<LoadedSimdBackend> {
  loading ??= load(options).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(options: SimdBackendOptions): Promise<LoadedSimdBackend> {
  const engine = await startCheckedEngine(options);
  registerKernels(name);
  const factory = (): tf.KernelBackend => createSimdBackend(engine);
  tf.registerBackend(name, factory, 3);
  let profile: KernelProfile | undefined;
  let disposed = false;
  return {
    tensorflowName: name,
    description: describe(engine),
    deterministic: true,
    threads: engine.threads,
    profile: () => {
      if (profile?.running !== true) profile = new KernelProfile(name, engine);
      return profile;
    },
    dispose: () => {
      // Once: afterwards another engine may be the running one.
      if (disposed) return;
      disposed = true;
      loading = undefined;
      profile?.stop();
      if (tf.findBackendFactory(name) === factory) tf.removeBackend(name);
      engine.dispose();
    },
  };
}

function describe(engine: Engine): string {
  const { threads, tileWidth, relaxed } = engine;
  const width = tileWidth === 16 ? '256-bit' : '128-bit';
  const missing = [...engine.missing];
  if (relaxed && !hasFusedMultiplyAdd(engine)) missing.push('no fused multiply-add: relaxed SIMD rounds twice here');
  const why = missing.length === 0 ? '' : ` (${missing.join('; ')})`;
  return `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${width}${why}`;
}
