export { adamWUpdate, type AdamWFactors, type AdamWParameter } from './adam-w-update.ts';
export { appendTokens, type AppendTokensOptions } from './append-tokens.ts';
export { attention, attentionWeights } from './attention.ts';
export type { AttentionOptions } from './attention-options.ts';
export {
  cachedAttention,
  type CachedAttention,
  type CachedAttentionOptions,
  type KeysAndValues,
} from './cached-attention.ts';
export { checkTensor, type TensorRule } from './check-tensor.ts';
export { describeBytes, deviceMemory, largestThatFits, type DeviceMemory } from './device-memory.ts';
export { dropout, type KeyedDropoutOptions } from './dropout.ts';
export { embedding } from './embedding.ts';
export { gelu, type GeluOptions } from './gelu.ts';
export { layerNorm, type NormOptions } from './layer-norm.ts';
export { linear } from './linear.ts';
export { linearGelu } from './linear-gelu.ts';
export { linearCrossEntropy, type LinearCrossEntropyOptions } from './linear-cross-entropy.ts';
export { packedAttention, type PackedAttentionOptions } from './packed-attention.ts';
export { rmsNorm } from './rms-norm.ts';
export { squareSum } from './square-sum.ts';
export { swiglu } from './swiglu.ts';
export { valueAndGradients, type ValueAndGradients } from './value-and-gradients.ts';
export {
  adamWKernel,
  appendTokensKernel,
  attentionGradKernel,
  attentionKernel,
  cachedAttentionKernel,
  dropoutKernel,
  embeddingGradKernel,
  embeddingKernel,
  geluGradKernel,
  geluKernel,
  layerNormGradKernel,
  layerNormKernel,
  linearCrossEntropyGradKernel,
  mostKeptLogits,
  linearCrossEntropyKernel,
  linearGeluKernel,
  linearGradBiasKernel,
  linearGradInputKernel,
  linearGradWeightKernel,
  linearKernel,
  packedAttentionGradKernel,
  packedAttentionKernel,
  rmsNormGradKernel,
  rmsNormKernel,
  squareSumKernel,
  swigluGradKernel,
  swigluKernel,
  type AdamWAttributes,
  type AppendTokensAttributes,
  type AttentionAttributes,
  type CachedAttentionAttributes,
  type DropoutAttributes,
  type EmbeddingGradAttributes,
  type GeluAttributes,
  type LinearCrossEntropyAttributes,
  type LinearGeluAttributes,
  type NormAttributes,
  type PackedAttentionAttributes,
} from './kernels.ts';
