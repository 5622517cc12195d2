import type { KernelProfile } from '@gptloom/backend-simd';
import type { BackendName, DeviceClass } from './backend.ts';

/** Why a backend can not be used. */
export interface Rejection {
  /** A short phrase, for the summary. */
  readonly reason: string;
  /** What to do to get the backend. */
  readonly remedy: string;
  /** Whether this runtime can never have the backend. The summary does not mention it then. */
  readonly elsewhere?: boolean | undefined;
  /** The error behind it, where there was one. */
  readonly cause?: unknown;
}

/** A backend that is registered with TensorFlow.js and ready to be set. */
export interface LoadedBackend {
  /** The name under which TensorFlow.js knows it. */
  readonly tensorflowName: string;
  /** The device in words, as in `Backend`. */
  readonly description: string;
  /** As in `Backend`. */
  readonly deterministic: boolean;
  /** As in `Backend`. */
  readonly threads?: number | undefined;
  /** As in `Backend`; false when left out. */
  readonly software?: boolean | undefined;
  /** Begins to measure kernels, or returns the profile that is running. There only where the row says `hasProfile`. */
  readonly profile?: (() => KernelProfile) | undefined;
  /** Frees what the backend holds and removes it from TensorFlow.js. */
  readonly dispose?: (() => void) | undefined;
}

/** What `load` may need to know of the request. */
export interface LoadContext {
  /** Whether a GPU emulated in software will do. */
  readonly allowSoftware: boolean;
  /** Whether kernels are to be measured. Default false. */
  readonly profile?: boolean | undefined;
  /** Where the `.wasm` files of the wasm backend are served, for browsers. */
  readonly wasmPaths?: string | Readonly<Record<string, string>> | undefined;
}

/** One row of the table that `selectBackend` walks. */
export interface BackendRow {
  readonly name: BackendName;
  readonly device: DeviceClass;
  /** Whether the backend can measure its kernels. Default false. */
  readonly hasProfile?: boolean | undefined;
  /** A cheap look at whether the backend can be there at all: the right runtime, its package, a driver. */
  probe(): Promise<Rejection | undefined>;
  /** Starts the backend and registers it. A refusal with a known reason is returned; anything else is thrown. */
  load(context: LoadContext): Promise<LoadedBackend | Rejection>;
}

/** Whether `load` refused. */
export function isRejection(value: LoadedBackend | Rejection): value is Rejection {
  return 'reason' in value;
}

/** The row of a backend that this runtime can never have. */
export function elsewhereRow(name: BackendName, device: DeviceClass, reason: string, remedy: string): BackendRow {
  const rejection: Rejection = { reason, remedy, elsewhere: true };
  return { name, device, probe: async () => rejection, load: async () => rejection };
}
