import type { BackendRow } from '../backend-row.ts';

/** The CPU engine of gptloom: multi-threaded WebAssembly. It comes with this package, and loads when it is asked for. */
export const simd: BackendRow = {
  name: 'simd',
  device: 'cpu',
  hasProfile: true,
  probe: async () => undefined,
  load: async () => (await import('@gptloom/backend-simd')).loadSimdBackend(),
};
