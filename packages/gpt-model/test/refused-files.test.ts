import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { FormatError, MemoryFileStore } from '@gptloom/core';
import { encodeSafetensors, openWeights } from '@gptloom/formats';
import { GptModel, type GptConfig } from '@gptloom/gpt-model';

const config: GptConfig = { vocabSize: 20, maxSeqLen: 8, numLayers: 1, numHeads: 2, embedDim: 8 };
interface ConfigFile extends Record<string, unknown> {
  gptloom: Record<string, unknown> & { config: Record<string, unknown> };
}

async function saved(changed: Partial<GptConfig> = {}): Promise<MemoryFileStore> {
  const store = new MemoryFileStore();
  const model = new GptModel({ ...config, ...changed }, { seed: 3 });
  await model.save(store);
  model.dispose();
  return store;
}

async function edit(store: MemoryFileStore, change: (file: ConfigFile) => void): Promise<void> {
  const file = JSON.parse(new TextDecoder().decode(await store.read('config.json'))) as ConfigFile;
  change(file);
  await store.write('config.json', new TextEncoder().encode(JSON.stringify(file)));
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('config.json', () => {
  test.each([
    ['vocab_size', 21, 'vocabSize'],
    ['n_positions', 9, 'maxSeqLen'],
    ['n_layer', 2, 'numLayers'],
    ['n_head', 4, 'numHeads'],
    ['n_embd', 16, 'embedDim'],
    ['n_inner', 33, 'intermediateDim'],
    ['activation_function', 'relu', 'activation'],
    ['layer_norm_epsilon', 1e-6, 'normEps'],
    ['tie_word_embeddings', false, 'tiedOutput'],
  ])('%s must agree with the block gptloom', async (theirs, value, ours) => {
    const store = await saved();
    await edit(store, (file) => (file[theirs] = value));
    const loading = GptModel.fromPretrained(store);
    await expect(loading).rejects.toThrow(FormatError);
    await expect(loading).rejects.toThrow(`config.json: ${theirs} must agree with gptloom.config.${ours}; received`);
  });

  test('a field of GPT-2 may be left out, and another spelling of the same value is none', async () => {
    const store = await saved();
    await edit(store, (file) => {
      delete file['n_layer'];
      file['n_inner'] = null; // transformers' way to say four times n_embd
      file['activation_function'] = 'gelu_pytorch_tanh';
    });
    const model = await GptModel.fromPretrained(store);
    expect(model.config).toMatchObject({ ...config, intermediateDim: 32, activation: 'gelu' });
    model.dispose();
  });

  test('dropout is what the field of GPT-2 says', async () => {
    const store = await saved({ dropout: 0.2 });
    await edit(store, (file) => (file['resid_pdrop'] = 0.3));
    expect((await GptModel.fromPretrained(store)).config.dropout).toBe(0.3);
    await edit(store, (file) => delete file['resid_pdrop']);
    expect((await GptModel.fromPretrained(store)).config.dropout).toBe(0.2);
  });

  const broken: [string, (file: ConfigFile) => void, RegExp][] = [
    ['a block that is no object', (file) => (file['gptloom'] = 1 as never), /gptloom must be an object; received 1/],
    [
      'a block without config',
      (file) => delete (file.gptloom as { config?: unknown }).config,
      /config must be an object/,
    ],
    ['an unknown key', (file) => (file.gptloom['extra'] = 1), /gptloom must not have 'extra'/],
    ['an unknown option', (file) => (file.gptloom.config['width'] = 1), /gptloom.config: there is no option 'width'/],
    ['a width that is text', (file) => (file.gptloom.config['embedDim'] = '8'), /config: embedDim must be a positive/],
    ['widths that do not divide', (file) => (file.gptloom.config['numHeads'] = 3), /divisible by numHeads/],
    ['components of numbers', (file) => (file.gptloom['components'] = { norm: 1 }), /components.norm must be a string/],
    ['an unknown slot', (file) => (file.gptloom['components'] = { head: 'A' }), /components must not have 'head'/],
    ['a list of components', (file) => (file.gptloom['components'] = []), /components must be an object/],
    [
      'a fingerprint that is no text',
      (file) => (file.gptloom['tokenizerFingerprint'] = 1),
      /Fingerprint must be a string/,
    ],
    [
      'another family',
      (file) => (file['model_type'] = 'llama'),
      /model_type must be gpt2 or gptloom; received "llama"/,
    ],
    ['no GPT-2 width', (file) => (file['n_embd'] = -8), /embedDim must be a positive integer/],
  ];
  test.each(broken)('%s is refused by name', async (_, change, message) => {
    const store = await saved();
    await edit(store, change);
    const loading = GptModel.fromPretrained(store);
    await expect(loading).rejects.toThrow(FormatError);
    await expect(loading).rejects.toThrow(message);
  });

  test('gptloom’s own kind needs its block', async () => {
    const store = await saved({ activation: 'swiglu' });
    await edit(store, (file) => delete (file as { gptloom?: unknown }).gptloom);
    await expect(GptModel.fromPretrained(store)).rejects.toThrow(/gptloom must be an object; received undefined/);
  });
});

describe('weights', () => {
  test.each([
    ['transformer.h.0.mlp.c_fc.weight', NaN, 37, '[1, 5]'], // stored [8, 32]
    ['transformer.ln_f.weight', Infinity, 7, '[7]'],
    ['transformer.wte.weight', -Infinity, 0, '[0, 0]'],
  ])('%s with %s is refused by its index', async (name, value, at, index) => {
    const store = await saved();
    const { tensors, read } = await openWeights(store);
    const all = new Map(await Promise.all([...tensors.keys()].map(async (key) => [key, await read(key)] as const)));
    (all.get(name)!.data as Float32Array)[at] = value;
    await store.write('model.safetensors', encodeSafetensors(all));
    const model = new GptModel(config, { seed: 4 });
    const before = model.logits([[1, 2]]).dataSync();
    const loading = model.load(store);
    await expect(loading).rejects.toThrow(FormatError);
    await expect(loading).rejects.toThrow(`must be a finite number; received ${value} in ${name} at ${index}`);
    expect(model.logits([[1, 2]]).dataSync()).toEqual(before);
    await expect(GptModel.fromPretrained(store)).rejects.toThrow(FormatError);
  });
});
