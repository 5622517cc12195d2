export { loadSimdBackend, type LoadedSimdBackend } from './load-simd-backend.ts';
export type { SimdBackendOptions } from './engine.ts';
export type { KernelProfile, KernelProfileRow } from './kernel-profile.ts';
