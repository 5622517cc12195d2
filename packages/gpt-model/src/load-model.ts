import * as tf from '@tensorflow/tfjs';
import {
  check,
  checkOptions,
  ConfigError,
  describeValue,
  FormatError,
  openFileStore,
  type FileStore,
} from '@gptloom/core';
import { openWeights } from '@gptloom/formats';
import { namedParameters, type Parameter } from '@gptloom/layers';
import type { GptComponents } from './gpt-components.ts';
import type { GptConfig } from './gpt-config.ts';
import type { GptModel } from './gpt-model.ts';
import { gpt2Biases, gpt2Place, isGpt2 } from './gpt2-layout.ts';
import { isObject, readModelConfig } from './read-model-config.ts';
import { transposeMatrix } from './save-model.ts';

/** How a directory is turned into a model. */
export interface FromPretrainedOptions {
  /** The custom parts that the model was built with; needed exactly where the directory names them. */
  readonly components?: GptComponents | undefined;
}

/** What `config.json` says. */
export interface ModelDirectory {
  readonly config: GptConfig;
  readonly tokenizerFingerprint: string | undefined;
}

/** Reads the `config.json` of a directory that gptloom or transformers' GPT-2 wrote. */
export async function loadModelDirectory(
  where: string | FileStore,
  components: GptComponents,
): Promise<ModelDirectory> {
  checkOptions('GptModel.fromPretrained components', components, {
    attention: check.optional(check.function),
    feedForward: check.optional(check.function),
    norm: check.optional(check.function),
  });
  const store = openFileStore(where);
  if ((await store.size('config.json')) === undefined) {
    throw new ConfigError({
      who: 'GptModel.fromPretrained',
      rule: 'a model directory must hold config.json and model.safetensors',
      received: `${store.description} without config.json`,
      suggestion: 'check the path; a save that was interrupted leaves no config.json',
    });
  }
  const file = parseObject(new TextDecoder().decode(await store.read('config.json')));
  const { config, componentNames, tokenizerFingerprint } = readModelConfig(file);
  checkComponents(componentNames, components);
  return { config, tokenizerFingerprint };
}

function checkComponents(named: Record<string, unknown>, given: GptComponents): void {
  const missing = Object.keys(named).filter((slot) => given[slot as keyof GptComponents] === undefined);
  const surplus = Object.keys(given).filter(
    (slot) => given[slot as keyof GptComponents] !== undefined && !(slot in named),
  );
  if (missing.length === 0 && surplus.length === 0) return;
  const described = missing.map((slot) => `${slot}: ${String(named[slot])}`).join(', ');
  throw new ConfigError({
    who: 'GptModel.fromPretrained',
    rule:
      missing.length > 0
        ? `the model was built with components of its own (${described})`
        : 'the model was built without such components',
    received: surplus.length > 0 ? `components ${surplus.join(', ')}` : 'none for them',
    suggestion:
      missing.length > 0 ? `fromPretrained(where, { components: { ${missing.join(', ')} } })` : 'leave them out',
  });
}

/**
 * Puts the weights of a directory into a model. Names and shapes of all tensors are checked before the first is read,
 * and all are read before the first parameter changes.
 */
export async function loadWeights(model: GptModel, where: string | FileStore): Promise<void> {
  const weights = await openWeights(openFileStore(where));
  const parameters = namedParameters(model);
  const usesGpt2Names = isGpt2(model.config, model.components);
  const prefix = weights.tensors.has('wte.weight') ? 'transformer.' : '';
  const place = (path: string): { name: string; transposed: boolean } => {
    if (!usesGpt2Names) return { name: path, transposed: false };
    const { name, transposed } = gpt2Place(path);
    // The first GPT-2 checkpoints lack the prefix.
    return { name: name.startsWith(prefix) ? name.slice(prefix.length) : name, transposed };
  };

  for (const [path, parameter] of parameters) {
    const { name, transposed } = place(path);
    const expected = transposed ? [...parameter.shape].reverse() : parameter.shape;
    const found = weights.tensors.get(name);
    if (found !== undefined && found.shape.join() === expected.join()) continue;
    throw new FormatError({
      who: 'GptModel.load',
      rule: `the directory must hold ${name} of shape [${expected.join(', ')}]`,
      received: found === undefined ? 'no such tensor' : `shape [${found.shape.join(', ')}]`,
      suggestion: 'build the model with the configuration that the directory was saved with',
    });
  }
  const placed = new Set([...parameters.keys()].map((path) => place(path).name));
  await refuseUnknown(
    [...weights.tensors.keys()].filter((name) => !placed.has(name)),
    usesGpt2Names ? new Set([...gpt2Biases(model.config).keys()].map((name) => name.slice(prefix.length))) : new Set(),
    (name) => weights.readFloat32(name),
  );
  const values = new Map<Parameter, Float32Array>();
  for (const [path, parameter] of parameters) {
    const { name, transposed } = place(path);
    const read = await weights.readFloat32(name);
    refuseNonFinite(name, read, transposed ? [...parameter.shape].reverse() : parameter.shape);
    values.set(parameter, transposed ? transposeMatrix(read, parameter.shape[1]!, parameter.shape[0]!) : read);
  }
  for (const [parameter, array] of values) {
    const tensor = tf.tensor(array, [...parameter.shape], 'float32');
    parameter.assign(tensor);
    tensor.dispose();
  }
}

// Beside the parameters: masks that old versions of transformers saved, a tied head, and biases that are zero.
async function refuseUnknown(
  names: readonly string[],
  biases: ReadonlySet<string>,
  read: (name: string) => Promise<Float32Array>,
): Promise<void> {
  for (const name of names) {
    if (/\.attn\.(bias|masked_bias)$/.test(name) || name === 'lm_head.weight') continue;
    if (biases.has(name) && (await read(name)).every((value) => value === 0)) continue;
    throw new FormatError({
      who: 'GptModel.load',
      rule: 'every tensor of the directory must have a place in the model',
      received: biases.has(name) ? `${name}, which is not zero, for a model without biases` : name,
      suggestion: 'build the model with the configuration that the directory was saved with',
    });
  }
}

// One such number spreads to every logit, far from its cause.
function refuseNonFinite(name: string, values: Float32Array, shape: readonly number[]): void {
  for (let at = 0; at < values.length; at++) {
    if (Number.isFinite(values[at])) continue;
    const index: number[] = [];
    let rest = at;
    for (const size of [...shape].reverse()) {
      index.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    throw new FormatError({
      who: 'GptModel.load',
      rule: 'every weight must be a finite number',
      received: `${values[at]} in ${name} at [${index.join(', ')}]`,
      suggestion: 'use an earlier checkpoint of the run: its training had diverged, or the file is damaged',
    });
  }
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError({
      who: 'config.json',
      rule: 'the file must be JSON',
      received: describeValue(text.slice(0, 40)),
      cause,
    });
  }
  if (isObject(value)) return value;
  throw new FormatError({ who: 'config.json', rule: 'the file must hold an object', received: describeValue(value) });
}
