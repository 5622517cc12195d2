export { AdapterEntry, type AdapterEntryOptions } from './adapter-entry.ts';
export type { CachePassOptions } from './cache-pass.ts';
export { Dropout, type DropoutOptions } from './dropout.ts';
export { Embedding, type EmbeddingOptions } from './embedding.ts';
export { FeedForward, type Activation, type FeedForwardOptions } from './feed-forward.ts';
export {
  createForwardContext,
  type ForwardContext,
  type ForwardContextOptions,
  type Observer,
} from './forward-context.ts';
export { initialize, type InitializeOptions } from './initialize.ts';
export { normal, ones, uniform, zeros, type Initializer } from './initializer.ts';
export { KeyValueCache, type CachedKeyValue, type KeyValueCacheOptions } from './key-value-cache.ts';
export { LayerNorm, type LayerNormOptions } from './layer-norm.ts';
export { LearnedPositions, type PositionsOptions } from './learned-positions.ts';
export { Linear, type LinearOptions } from './linear.ts';
export { Module, type AnyModule } from './module.ts';
export { namedModules, namedParameters } from './module-tree.ts';
export { Parameter, type ParameterOptions, type ParameterRole } from './parameter.ts';
export { RmsNorm, type RmsNormOptions } from './rms-norm.ts';
export { SelfAttention, type SelfAttentionOptions } from './self-attention.ts';
export { setTrainable } from './set-trainable.ts';
export { SinusoidalPositions } from './sinusoidal-positions.ts';
export { summarize, type ModuleSummary, type SummaryRow } from './summarize.ts';
export type { Trainable, TrainingContextOptions, TrainingWork } from './trainable.ts';
export { TransformerBlock, type SubLayer, type TransformerBlockOptions } from './transformer-block.ts';
export { WrappedTfLayer, wrapTfLayer, type WrapTfLayerOptions } from './wrap-tf-layer.ts';
