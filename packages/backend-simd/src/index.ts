export { loadSimdBackend, type LoadedSimdBackend } from './load-simd-backend.ts';
export type { SimdBackendOptions } from './engine.ts';
