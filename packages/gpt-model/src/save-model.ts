import { check, checkOptions, ConfigError, openFileStore, type FileStore, type Tokenizer } from '@gptloom/core';
import { writeSafetensors, type TensorSource } from '@gptloom/formats';
import { namedParameters, type Parameter } from '@gptloom/layers';
import { clearModelFiles } from './clear-model-files.ts';
import { checkTokenizerFits } from './generate.ts';
import type { GptModel } from './gpt-model.ts';
import { gpt2Biases, gpt2Place, isGpt2, toGpt2Config } from './gpt2-layout.ts';

/** What is saved beside the weights. */
export interface SaveOptions {
  /** The tokenizer that the model was trained with; its files go into the directory. Default: none are written. */
  readonly tokenizer?: Tokenizer | undefined;
}

/** The work behind `GptModel.save`. */
export async function saveModel(model: GptModel, where: string | FileStore, options: SaveOptions): Promise<void> {
  checkOptions('GptModel.save', options, { tokenizer: check.optional(check.object) });
  const { tokenizer } = options;
  if (tokenizer !== undefined) checkTokenizerFits(model, tokenizer);
  const files = Object.entries(tokenizer?.toFiles() ?? {});
  for (const [name] of files) checkPlainName(name);
  const asGpt2 = isGpt2(model.config, model.components);
  const tensors = tensorsOf(model, asGpt2);
  const store = openFileStore(where);
  // All that can be refused is refused by now: from here on, an older model in the directory is lost.
  await clearModelFiles(store, {
    rewritten: new Set(files.map(([name]) => name)),
    tokenizerFingerprint: tokenizer === undefined ? model.tokenizerFingerprint : undefined,
  });
  await writeSafetensors(store, 'model.safetensors', tensors, { metadata: { format: 'pt' } });
  for (const [name, text] of files) await writeText(store, name, text);
  const tokens = specialTokens(tokenizer);
  await writeJson(store, 'generation_config.json', { ...tokens, max_length: model.config.maxSeqLen });
  // Last, as it went first: a directory without config.json is not a model, so an interrupted save is not taken for one.
  await writeJson(store, 'config.json', {
    ...(asGpt2 ? toGpt2Config(model.config) : { model_type: 'gptloom' }),
    ...tokens,
    gptloom: {
      config: model.config,
      components: componentNames(model),
      tokenizerFingerprint: tokenizer?.fingerprint ?? model.tokenizerFingerprint,
    },
  });
  if (tokenizer !== undefined) model.tokenizerFingerprint = tokenizer.fingerprint;
}

/** Names of the components that are not built in, by slot: what a loader must be given again. */
export function componentNames(model: GptModel): Record<string, string> {
  const block = model.blocks[0]!;
  const used = { attention: block.attention, feedForward: block.feedForward, norm: model.finalNorm };
  const custom = Object.entries(used).filter(([slot]) => model.components[slot as keyof typeof used] !== undefined);
  return Object.fromEntries(custom.map(([slot, module]) => [slot, module.constructor.name]));
}

function tensorsOf(model: GptModel, asGpt2: boolean): TensorSource[] {
  const parameters = namedParameters(model);
  // A model that was disposed says so here.
  for (const parameter of parameters.values()) void parameter.value;
  if (!asGpt2) {
    return [...parameters].map(([path, parameter]) => ({
      name: path,
      dtype: 'F32',
      shape: parameter.shape,
      data: async () => valuesOf(parameter),
    }));
  }
  const tensors = new Map<string, TensorSource>();
  for (const [name, shape] of gpt2Biases(model.config)) {
    tensors.set(name, { name, dtype: 'F32', shape, data: () => new Float32Array(shape[0]!) });
  }
  for (const [path, parameter] of parameters) {
    const { name, transposed } = gpt2Place(path);
    tensors.set(name, {
      name,
      dtype: 'F32',
      shape: transposed ? [...parameter.shape].reverse() : parameter.shape,
      data: async () => {
        const values = await valuesOf(parameter);
        return transposed ? transposeMatrix(values, parameter.shape[0]!, parameter.shape[1]!) : values;
      },
    });
  }
  return [...tensors.values()];
}

// A copy: backends may hand out the live array.
async function valuesOf(parameter: Parameter): Promise<Float32Array> {
  return Float32Array.from((await parameter.value.data()) as Float32Array);
}

/** The transpose of a row-major matrix `[rows, columns]`. */
export function transposeMatrix(values: Float32Array, rows: number, columns: number): Float32Array {
  const transposed = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) transposed[column * rows + row] = values[row * columns + column]!;
  }
  return transposed;
}

function specialTokens(tokenizer: Tokenizer | undefined): Record<string, number> {
  if (tokenizer === undefined) return {};
  const { beginToken, endToken, padToken } = tokenizer;
  return { bos_token_id: beginToken ?? endToken, eos_token_id: endToken, pad_token_id: padToken };
}

async function writeJson(store: FileStore, path: string, value: unknown): Promise<void> {
  await writeText(store, path, `${JSON.stringify(value, undefined, 2)}\n`);
}

async function writeText(store: FileStore, path: string, text: string): Promise<void> {
  await store.write(path, new TextEncoder().encode(text));
}

function checkPlainName(name: string): void {
  if (!name.includes('/')) return;
  throw new ConfigError({ who: 'GptModel.save', rule: 'a tokenizer names plain files', received: name });
}
