import { check, checkOptions, ConfigError } from '@gptloom/core';

/** The shape of a GPT-2 style model: learned positions, pre-layer-norm blocks, causal self-attention. */
export interface GptConfig {
  /** Number of token ids, special tokens included. */
  readonly vocabSize: number;
  /** Longest sequence, in tokens. */
  readonly maxSeqLen: number;
  /** Number of transformer blocks. */
  readonly numLayers: number;
  /** Number of attention heads; divides `embedDim`. */
  readonly numHeads: number;
  /** Width of the residual stream. */
  readonly embedDim: number;
  /** Number of key and value heads; divides `numHeads`. Default `numHeads`. */
  readonly numKvHeads?: number | undefined;
  /** Width of the feed-forward layer. Default `4 * embedDim`. */
  readonly intermediateDim?: number | undefined;
  /** Non-linearity of the feed-forward layer. Default `gelu`, the tanh form of GPT-2. */
  readonly activation?: GptActivation | undefined;
  /** Added to the variance by layer norms. Default 1e-5. */
  readonly normEps?: number | undefined;
  /** Whether linear layers and norms have biases. Default true. */
  readonly bias?: boolean | undefined;
  /** Dropout of embeddings, attention probabilities and residuals in training. Default 0. */
  readonly dropout?: number | undefined;
  /** Whether the output head shares its weight with the token embedding. Default true. */
  readonly tiedOutput?: boolean | undefined;
}

/** Non-linearities of the feed-forward layer. `gelu` is the tanh approximation, `gelu-exact` the error function. */
export type GptActivation = 'gelu' | 'gelu-exact' | 'relu' | 'squared-relu' | 'swiglu';

/** A configuration with every default filled in. */
export type ResolvedGptConfig = { readonly [K in keyof GptConfig]-?: Exclude<GptConfig[K], undefined> };

/** Far above every model there is; what lies beyond is a mistake that would fill the memory with empty blocks. */
const mostLayers = 10_000;

/**
 * Fills in the defaults and checks every value.
 *
 * @throws ConfigError naming the option, the rule and the value received
 */
export function resolveGptConfig(config: GptConfig): ResolvedGptConfig {
  checkOptions('GptModel', config, {
    vocabSize: check.positiveInteger,
    maxSeqLen: check.positiveInteger,
    numLayers: check.positiveInteger,
    numHeads: check.positiveInteger,
    embedDim: check.positiveInteger,
    numKvHeads: check.optional(check.positiveInteger),
    intermediateDim: check.optional(check.positiveInteger),
    activation: check.optional(check.oneOf('gelu', 'gelu-exact', 'relu', 'squared-relu', 'swiglu')),
    normEps: check.optional(check.positiveNumber),
    bias: check.optional(check.boolean),
    dropout: check.optional(check.fraction),
    tiedOutput: check.optional(check.boolean),
  });
  const resolved: ResolvedGptConfig = {
    vocabSize: config.vocabSize,
    maxSeqLen: config.maxSeqLen,
    numLayers: config.numLayers,
    numHeads: config.numHeads,
    embedDim: config.embedDim,
    numKvHeads: config.numKvHeads ?? config.numHeads,
    intermediateDim: config.intermediateDim ?? 4 * config.embedDim,
    activation: config.activation ?? 'gelu',
    normEps: config.normEps ?? 1e-5,
    bias: config.bias ?? true,
    dropout: config.dropout ?? 0,
    tiedOutput: config.tiedOutput ?? true,
  };
  if (resolved.numLayers > mostLayers) {
    throw new ConfigError({
      who: 'GptModel',
      rule: `numLayers must be at most ${mostLayers}`,
      received: String(resolved.numLayers),
    });
  }
  divides('numHeads', resolved.numHeads, 'embedDim', resolved.embedDim);
  divides('numKvHeads', resolved.numKvHeads, 'numHeads', resolved.numHeads);
  return resolved;
}

function divides(partName: string, part: number, wholeName: string, whole: number): void {
  if (whole % part === 0) return;
  const below = Math.floor(whole / part) * part;
  throw new ConfigError({
    who: 'GptModel',
    rule: `${wholeName} must be divisible by ${partName}`,
    received: `${wholeName} ${whole}, ${partName} ${part}`,
    suggestion: `${wholeName} ${below > 0 ? `${below} or ` : ''}${below + part}`,
  });
}
