import type { KernelProfile } from '@gptloom/backend-simd';

/** The names of all backends, best first: the order in which `auto` tries them. */
export const backendNames = ['webgpu', 'node-gpu', 'webgl', 'simd', 'node', 'wasm', 'tfjs-cpu'] as const;

/**
 * The name of a backend: `webgpu` (a GPU through WebGPU), `node-gpu` (`@tensorflow/tfjs-node-gpu`), `webgl` (a GPU
 * through WebGL, in browsers), `simd` (`@gptloom/backend-simd`), `node` (`@tensorflow/tfjs-node`), `wasm`
 * (`@tensorflow/tfjs-backend-wasm`) and `tfjs-cpu` (plain JavaScript, always there).
 */
export type BackendName = (typeof backendNames)[number];

/** The class of a device: `gpu` or `cpu`. */
export type DeviceClass = 'gpu' | 'cpu';

/** What a caller may ask for: one backend by name, a class of devices, or `auto`, the best that works. */
export type BackendRequest = 'auto' | DeviceClass | BackendName;

/** A backend that was considered and not chosen. */
export interface RejectedBackend {
  /** The backend. */
  readonly name: BackendName;
  /** Why it was not chosen, as a short phrase: `not installed`, `no adapter found`. */
  readonly reason: string;
  /** What to do to get it: a command where there is one. */
  readonly remedy: string;
}

/** The backend that `selectBackend` chose. TensorFlow.js runs on it from then on. */
export interface Backend {
  /** Its name. */
  readonly name: BackendName;
  /** Its class. A GPU emulated in software, where it was allowed, is still of class `gpu`. */
  readonly device: DeviceClass;
  /** The device in words: `CPU, 2 threads, 256-bit`. */
  readonly description: string;
  /** Whether the backend promises the same bits on every run of the same program on this machine. */
  readonly deterministic: boolean;
  /** The number of threads that compute, where it is known. Left out for GPUs. */
  readonly threads?: number | undefined;
  /** Whether this is a GPU emulated on the CPU (SwiftShader, llvmpipe, WARP). */
  readonly software: boolean;
  /** The better backends that were considered and not chosen, best first. Empty for a backend asked for by name. */
  readonly rejected: readonly RejectedBackend[];
  /**
   * One line for people: `simd: CPU, 2 threads, 256-bit. Not chosen: webgpu (not installed), node-gpu (not installed)`.
   * It leaves out backends that this runtime can never have, such as `webgl` in Node.
   */
  readonly summary: string;
  /** The time of each kernel, being measured; there only where it was asked for with `profile: true`. */
  readonly profile?: KernelProfile | undefined;
  /**
   * Gives the device back and takes the backend out of TensorFlow.js, with every tensor that lives on it. There only
   * where a device is held (`webgpu`, `simd`). Calling it again does nothing.
   */
  readonly dispose?: (() => void) | undefined;
}
