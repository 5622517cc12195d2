import { check, ConfigError, describeValue, FormatError } from '@gptloom/core';
import { resolveGptConfig, type GptConfig } from './gpt-config.ts';
import { fromGpt2Config } from './gpt2-layout.ts';

/** What `config.json` says of a model. */
export interface SavedModelConfig {
  readonly config: GptConfig;
  /** Classes of the components that are not built in, by slot. */
  readonly componentNames: Readonly<Record<string, string>>;
  readonly tokenizerFingerprint: string | undefined;
}

// The block says these as well as transformers' fields do, and a tool that edits one may not know the other.
const statedTwice = {
  vocab_size: 'vocabSize',
  n_positions: 'maxSeqLen',
  n_layer: 'numLayers',
  n_head: 'numHeads',
  n_embd: 'embedDim',
  n_inner: 'intermediateDim',
  activation_function: 'activation',
  layer_norm_epsilon: 'normEps',
  tie_word_embeddings: 'tiedOutput',
} as const satisfies Record<string, keyof GptConfig>;

const slots = ['attention', 'feedForward', 'norm'];

/**
 * The model that a parsed `config.json` describes: by its block `gptloom`, by the fields of transformers' GPT-2, or by
 * both, which must then agree. Dropout is the GPT-2 field's where there is one: it is no part of what the weights mean.
 *
 * @throws FormatError naming the field that is missing, unknown, of another type or stated twice in two ways
 */
export function readModelConfig(file: Record<string, unknown>): SavedModelConfig {
  const type = file['model_type'];
  if (type !== 'gpt2' && type !== 'gptloom') throw refused('model_type must be gpt2 or gptloom', type);
  const block = file['gptloom'];
  if (block === undefined && type === 'gpt2') {
    const config = fromGpt2Config(file);
    checkConfig(config, '');
    return { config, componentNames: {}, tokenizerFingerprint: undefined };
  }
  const saved = readBlock(block);
  return type === 'gpt2' ? { ...saved, config: withGpt2Fields(saved.config, file) } : saved;
}

function readBlock(block: unknown): SavedModelConfig {
  if (!isObject(block)) throw refused('gptloom must be an object', block);
  const { config, components = {}, tokenizerFingerprint, ...unknown } = block;
  const [surplus] = Object.keys(unknown);
  if (surplus !== undefined) throw refused(`gptloom must not have '${surplus}'`, unknown[surplus]);
  if (!isObject(config)) throw refused('gptloom.config must be an object', config);
  if (!isObject(components)) throw refused('gptloom.components must be an object', components);
  for (const [slot, name] of Object.entries(components)) {
    if (!slots.includes(slot)) throw refused(`gptloom.components must not have '${slot}'`, name);
    if (typeof name !== 'string') throw refused(`gptloom.components.${slot} must be a string`, name);
  }
  const broken = check.optional(check.string)(tokenizerFingerprint);
  if (broken !== undefined) throw refused(`gptloom.tokenizerFingerprint ${broken}`, tokenizerFingerprint);
  checkConfig(config as unknown as GptConfig, 'gptloom.config: ');
  return {
    config: config as unknown as GptConfig,
    componentNames: components as Record<string, string>,
    tokenizerFingerprint: tokenizerFingerprint as string | undefined,
  };
}

function withGpt2Fields(config: GptConfig, file: Record<string, unknown>): GptConfig {
  const stated = fromGpt2Config(file);
  checkConfig(stated, '');
  const resolved = resolveGptConfig(config);
  for (const [theirs, ours] of Object.entries(statedTwice)) {
    if (!(theirs in file) || stated[ours] === resolved[ours]) continue;
    throw new FormatError({
      who: 'config.json',
      rule: `${theirs} must agree with gptloom.config.${ours}`,
      received: `${describeValue(file[theirs])} and ${describeValue(resolved[ours])}`,
      suggestion: 'set both to what the weights have, or remove the block gptloom to go by the GPT-2 fields alone',
    });
  }
  return 'resid_pdrop' in file ? { ...config, dropout: stated.dropout } : config;
}

// In a file, what breaks a rule of the configuration is the file's fault.
function checkConfig(config: GptConfig, where: string): void {
  try {
    resolveGptConfig(config);
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error;
    const { rule, received, suggestion } = error;
    throw new FormatError({ who: 'config.json', rule: `${where}${rule}`, received, suggestion, cause: error });
  }
}

function refused(rule: string, received: unknown): FormatError {
  return new FormatError({ who: 'config.json', rule, received: describeValue(received) });
}

/** Whether a value of a JSON file is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
