import { FormatError } from '@gptloom/core';
import type { GptActivation, GptConfig, ResolvedGptConfig } from './gpt-config.ts';
import type { GptComponents } from './gpt-components.ts';

/** Where transformers' GPT-2 keeps one of our parameters. */
export interface TensorPlace {
  readonly name: string;
  /** GPT-2's linear layers (`Conv1D`) are stored `[inDim, outDim]`, the transpose of ours. */
  readonly transposed: boolean;
}

const activations: Partial<Record<GptActivation, string>> = { gelu: 'gelu_new', 'gelu-exact': 'gelu', relu: 'relu' };

const blockParts: Record<string, { readonly name: string; readonly isLinear: boolean }> = {
  attentionNorm: { name: 'ln_1', isLinear: false },
  'attention.queryKeyValue': { name: 'attn.c_attn', isLinear: true },
  'attention.output': { name: 'attn.c_proj', isLinear: true },
  feedForwardNorm: { name: 'ln_2', isLinear: false },
  'feedForward.up': { name: 'mlp.c_fc', isLinear: true },
  'feedForward.down': { name: 'mlp.c_proj', isLinear: true },
};

const rootNames: Record<string, string> = {
  'tokenEmbedding.weight': 'transformer.wte.weight',
  'positionEmbedding.weight': 'transformer.wpe.weight',
  'finalNorm.weight': 'transformer.ln_f.weight',
  'finalNorm.bias': 'transformer.ln_f.bias',
  'head.weight': 'lm_head.weight',
};

/** Whether transformers' `GPT2LMHeadModel` computes the same as a model of this configuration. */
export function isGpt2(config: ResolvedGptConfig, components: GptComponents): boolean {
  const isStock = Object.values(components).every((factory) => factory === undefined);
  return isStock && config.numKvHeads === config.numHeads && activations[config.activation] !== undefined;
}

/** The place in transformers' GPT-2 of the parameter at one of our paths. */
export function gpt2Place(path: string): TensorPlace {
  const rootName = rootNames[path];
  if (rootName !== undefined) return { name: rootName, transposed: false };
  const [, index, part, field] = /^blocks\.(\d+)\.(.+)\.(weight|bias)$/.exec(path) ?? [];
  const found = part === undefined ? undefined : blockParts[part];
  if (found === undefined || index === undefined || field === undefined) {
    throw new FormatError({ who: 'GptModel', rule: `GPT-2 has no place for the parameter ${path}` });
  }
  return { name: `transformer.h.${index}.${found.name}.${field}`, transposed: found.isLinear && field === 'weight' };
}

/** The biases that transformers' GPT-2 always has, with their shapes: zeros stand for those that a model lacks. */
export function gpt2Biases(config: ResolvedGptConfig): Map<string, readonly number[]> {
  const { embedDim, intermediateDim, numLayers } = config;
  const biases = new Map<string, readonly number[]>();
  const widths = {
    ln_1: embedDim,
    'attn.c_attn': 3 * embedDim,
    'attn.c_proj': embedDim,
    ln_2: embedDim,
    'mlp.c_fc': intermediateDim,
    'mlp.c_proj': embedDim,
  };
  for (let layer = 0; layer < numLayers; layer++) {
    for (const [name, width] of Object.entries(widths)) biases.set(`transformer.h.${layer}.${name}.bias`, [width]);
  }
  biases.set('transformer.ln_f.bias', [embedDim]);
  return biases;
}

/** The `config.json` fields of transformers' GPT-2. */
export function toGpt2Config(config: ResolvedGptConfig): Record<string, unknown> {
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    activation_function: activations[config.activation],
    attn_pdrop: config.dropout,
    embd_pdrop: config.dropout,
    resid_pdrop: config.dropout,
    initializer_range: 0.02,
    layer_norm_epsilon: config.normEps,
    n_embd: config.embedDim,
    n_head: config.numHeads,
    n_inner: config.intermediateDim,
    n_layer: config.numLayers,
    n_positions: config.maxSeqLen,
    tie_word_embeddings: config.tiedOutput,
    vocab_size: config.vocabSize,
    dtype: 'float32',
  };
}

/**
 * Our configuration from a `config.json` of transformers' GPT-2, with that class's defaults for what it leaves out.
 *
 * @throws FormatError naming the first setting that can not be represented
 */
export function fromGpt2Config(file: Record<string, unknown>): GptConfig {
  const number = (name: string, fallback: number): number => {
    const value = file[name] ?? fallback;
    if (typeof value === 'number') return value;
    throw new FormatError({ who: 'config.json', rule: `${name} must be a number`, received: JSON.stringify(value) });
  };
  const refuse = (name: string, allowed: unknown): void => {
    const value = file[name] ?? allowed;
    if (value === allowed) return;
    throw new FormatError({
      who: 'config.json',
      rule: `${name} must be ${String(allowed)}`,
      received: JSON.stringify(value),
    });
  };
  refuse('scale_attn_weights', true);
  refuse('scale_attn_by_inverse_layer_idx', false);
  refuse('add_cross_attention', false);
  const activationName = file['activation_function'] ?? 'gelu_new';
  // transformers knows the tanh form of GELU under two names.
  const known = {
    ...Object.fromEntries(Object.entries(activations).map(([ours, theirs]) => [theirs, ours])),
    gelu_pytorch_tanh: 'gelu',
  };
  const activation = (known as Record<string, GptActivation>)[String(activationName)];
  if (activation === undefined) {
    throw new FormatError({
      who: 'config.json',
      rule: `activation_function must be one of ${Object.keys(known).join(', ')}`,
      received: JSON.stringify(activationName),
    });
  }
  const embedDim = number('n_embd', 768);
  return {
    vocabSize: number('vocab_size', 50257),
    maxSeqLen: number('n_positions', 1024),
    numLayers: number('n_layer', 12),
    numHeads: number('n_head', 12),
    embedDim,
    intermediateDim: number('n_inner', 4 * embedDim),
    activation,
    normEps: number('layer_norm_epsilon', 1e-5),
    dropout: number('resid_pdrop', 0.1),
    tiedOutput: file['tie_word_embeddings'] !== false,
  };
}
