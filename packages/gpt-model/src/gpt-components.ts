import type * as tf from '@tensorflow/tfjs';
import { FeedForward, LayerNorm, SelfAttention, type Module } from '@gptloom/layers';
import type { ResolvedGptConfig } from './gpt-config.ts';

/** Makes one part of a block from the model's configuration and the block's index. */
export type ComponentFactory = (config: ResolvedGptConfig, layerIndex: number) => Module<tf.Tensor3D, tf.Tensor3D>;

/**
 * Parts of a block to use in place of the built-in ones. Each maps `[batch, time, embedDim]` float32 to the same shape.
 */
export interface GptComponents {
  /** Replaces the causal self-attention. */
  readonly attention?: ComponentFactory | undefined;
  /** Replaces the feed-forward layer. */
  readonly feedForward?: ComponentFactory | undefined;
  /** Replaces both norms of a block and the final one, for which `layerIndex` is `numLayers`. */
  readonly norm?: ComponentFactory | undefined;
}

/** Whether nothing is replaced, so that the configuration says what a model computes. */
export const areBuiltIn = (components: GptComponents): boolean =>
  Object.values(components).every((factory) => factory === undefined);

/** The parts of GPT-2. */
export const builtInComponents = {
  attention: (config) =>
    new SelfAttention({
      embedDim: config.embedDim,
      numHeads: config.numHeads,
      numKvHeads: config.numKvHeads,
      bias: config.bias,
      dropout: config.dropout,
    }),
  feedForward: (config) =>
    new FeedForward({
      embedDim: config.embedDim,
      intermediateDim: config.intermediateDim,
      activation: config.activation,
      bias: config.bias,
    }),
  norm: (config) => new LayerNorm({ embedDim: config.embedDim, eps: config.normEps, bias: config.bias }),
} as const satisfies Required<GptComponents>;
