export {
  backendNames,
  type Backend,
  type BackendName,
  type BackendRequest,
  type DeviceClass,
  type RejectedBackend,
} from './backend.ts';
export type { LoadedBackend } from './backend-row.ts';
export type { KernelProfile, KernelProfileRow } from '@gptloom/backend-simd';
export { selectBackend, type SelectBackendOptions } from './select-backend.ts';
