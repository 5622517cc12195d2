import { BackendError, ConfigError, check, checkOptions, describeValue } from '@gptloom/core';
import { backendRows } from '#backend-rows';
import { backendNames, type Backend, type BackendRequest } from './backend.ts';
import { chooseBackend, type RunningBackends } from './choose-backend.ts';

/** Options of `selectBackend`. */
export interface SelectBackendOptions {
  /**
   * Whether a GPU emulated on the CPU (SwiftShader, llvmpipe, WARP) will do. Default: true for a backend asked for by
   * name, false for `auto` and `gpu`, which would otherwise pick something slower than the CPU backends.
   */
  readonly allowSoftware?: boolean | undefined;
  /**
   * Where a browser finds the `.wasm` files of `@tensorflow/tfjs-backend-wasm`: a URL prefix (`/wasm/`), or one URL per
   * file name. Default: beside the script, which a bundler seldom arranges. Not needed in Node. Fixed once the wasm
   * backend has started.
   */
  readonly wasmPaths?: string | Readonly<Record<string, string>> | undefined;
  /**
   * Whether to measure time, calls, floating-point operations and bytes of every kernel, in `backend.profile`. Only `simd` can;
   * other backends are passed over with that reason. Nothing is measured until it is asked for; asking again returns
   * the profile that is running, and its `stop()` ends it. Default false.
   */
  readonly profile?: boolean | undefined;
}

const requests: readonly unknown[] = ['auto', 'gpu', 'cpu', ...backendNames];
const running: RunningBackends = new Map();
let turn: Promise<unknown> = Promise.resolve();

/**
 * Finds, starts and checks a device, and makes TensorFlow.js run on it.
 *
 * `auto` tries `webgpu`, `node-gpu`, `webgl`, `simd`, `node`, `wasm`, `tfjs-cpu` in this order and takes the first that
 * is installed, starts, and computes a small forward and backward pass to within 1e-4 of known numbers. `gpu` and `cpu`
 * do the same among their class. A name takes that backend or throws. The environment variable `GPTLOOM_BACKEND`, where
 * it is set, takes the place of `auto`; its values are the same words.
 *
 * Selecting again switches; a backend already started is not started or checked again. Tensors that live on the backend
 * before it stay there and are moved when they are next used, which fails for those on WebGPU: save a model
 * before and load it after, and dispose of the rest. Calls at the same time are answered one after the other. Where a selection fails,
 * TensorFlow.js keeps the backend it had. The banner that TensorFlow.js prints in Node is silenced.
 *
 * `{ profile: true }` measures what each kernel costs:
 *
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { selectBackend } from '@gptloom/backend';
 *
 * const { profile } = await selectBackend('cpu', { profile: true });
 * tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).dispose();
 * console.log(String(profile)); // a table: kernel, calls, ms, share, GFLOP, GFLOP/s, GB, GB/s
 * for (const { kernel, milliseconds } of profile?.rows ?? []) console.log(kernel, milliseconds);
 * profile?.stop();
 * ```
 *
 * Optional packages are looked up from the directories in the environment variable `GPTLOOM_PACKAGES` (separated as in
 * `PATH`), then from this package, then from the working directory.
 *
 * @example
 * ```ts
 * import { selectBackend } from '@gptloom/backend';
 *
 * const backend = await selectBackend('cpu');
 * console.log(backend.summary); // "simd: CPU, 2 threads, 256-bit"
 * ```
 *
 * @param want what to look for
 * @throws ConfigError for a word or an option that does not exist
 * @throws BackendError where nothing that was asked for works, with what went wrong and the command that installs it
 */
export async function selectBackend(
  want: BackendRequest = 'auto',
  options: SelectBackendOptions = {},
): Promise<Backend> {
  if (!requests.includes(want)) {
    throw new ConfigError({
      who: 'selectBackend',
      rule: `the backend must be one of ${requests.join(', ')}`,
      received: describeValue(want),
    });
  }
  checkOptions('selectBackend', options, {
    allowSoftware: check.optional(check.boolean),
    wasmPaths: check.optional(check.either(check.nonEmptyString, check.object)),
    profile: check.optional(check.boolean),
  });
  const request = want === 'auto' ? requestFromEnvironment() : want;
  const isName = request !== 'auto' && request !== 'gpu' && request !== 'cpu';
  const context = {
    allowSoftware: options.allowSoftware ?? isName,
    profile: options.profile,
    wasmPaths: options.wasmPaths,
  };
  const chosen = turn.then(() => chooseBackend(backendRows, request, context, running));
  turn = chosen.catch(() => undefined);
  return chosen;
}

function requestFromEnvironment(): BackendRequest {
  // Written for browsers too, which have no process.
  const value = globalThis.process?.env?.['GPTLOOM_BACKEND'];
  if (value === undefined || value === '') return 'auto';
  if (requests.includes(value)) return value as BackendRequest;
  throw new BackendError({
    who: 'selectBackend',
    rule: `the environment variable GPTLOOM_BACKEND must be one of ${requests.join(', ')}`,
    received: describeValue(value),
  });
}
