import type { BackendRow, LoadedBackend } from '../backend-row.ts';
import { hasPackage, importPackage } from '../node-package.ts';

/** What `@gptloom/backend-simd` exports for this table. */
interface SimdPackage {
  /** Starts the engine and registers it with TensorFlow.js. */
  loadSimdBackend(): Promise<LoadedBackend>;
}

/** The CPU engine of gptloom: multi-threaded WebAssembly. */
export const simd: BackendRow = {
  name: 'simd',
  device: 'cpu',
  probe: async () =>
    hasPackage('@gptloom/backend-simd')
      ? undefined
      : { reason: 'not released yet', remedy: 'a later release of gptloom brings @gptloom/backend-simd' },
  load: async () => ((await importPackage('@gptloom/backend-simd')) as SimdPackage).loadSimdBackend(),
};
