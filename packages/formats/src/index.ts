export { decodeSafetensors, type DecodedSafetensors } from './decode-safetensors.ts';
export { openSafetensors, type TensorReader } from './open-safetensors.ts';
export { openWeights } from './open-weights.ts';
export type { TensorDeclaration } from './safetensors-header.ts';
export type { TensorArrays, TensorData, TensorDtype, TensorInfo } from './tensor-data.ts';
export { toBfloat16, toFloat16, toFloat32 } from './to-float32.ts';
export {
  encodeSafetensors,
  writeSafetensors,
  type SafetensorsOptions,
  type TensorSource,
} from './write-safetensors.ts';
