import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, FormatError, MemoryFileStore, openFileStore, TokenizerError } from '@gptloom/core';
import { encodeSafetensors, openWeights, type TensorData } from '@gptloom/formats';
import { GptModel, type GptConfig } from '@gptloom/gpt-model';
import { Linear, Module, RmsNorm, type ForwardContext } from '@gptloom/layers';
import { ByteTokenizer, CharTokenizer, loadTokenizer } from '@gptloom/tokenizer';

const config: GptConfig = { vocabSize: 20, maxSeqLen: 8, numLayers: 2, numHeads: 2, embedDim: 8 };
const ids = [[1, 2, 3, 4, 5]];

class SquaredReluFeedForward extends Module<tf.Tensor3D, tf.Tensor3D> {
  readonly up: Linear;
  readonly down: Linear;
  constructor(embedDim: number, intermediateDim: number) {
    super();
    this.up = new Linear({ inDim: embedDim, outDim: intermediateDim });
    this.down = new Linear({ inDim: intermediateDim, outDim: embedDim, residual: true });
  }
  forward(x: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
    return this.down.forward(tf.square(tf.relu(this.up.forward(x, context))), context) as tf.Tensor3D;
  }
}

function logitsOf(model: GptModel): Float32Array {
  return tf.tidy(() => model.logits(ids).dataSync() as Float32Array);
}

describe('saving and loading', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  const variants: [string, GptConfig][] = [
    ['GPT-2', config],
    ['without biases', { ...config, bias: false }],
    ['with an output head of its own', { ...config, tiedOutput: false }],
    ['exact GELU', { ...config, activation: 'gelu-exact' }],
    ['grouped heads, which GPT-2 lacks', { ...config, numKvHeads: 1 }],
    ['SwiGLU, which GPT-2 lacks', { ...config, activation: 'swiglu', intermediateDim: 12 }],
  ];

  test.each(variants)('a saved model answers identically: %s', async (_name, variant) => {
    const before = tf.memory().numTensors;
    const store = new MemoryFileStore();
    const model = new GptModel(variant, { seed: 3 });
    await model.save(store);
    const loaded = await GptModel.fromPretrained(store);
    expect(loaded.config).toEqual(model.config);
    expect(logitsOf(loaded)).toEqual(logitsOf(model));
    model.dispose();
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('what GPT-2 can represent is saved under its names, all biases there', async () => {
    const store = new MemoryFileStore();
    await new GptModel({ ...config, bias: false }, { seed: 3 }).save(store);
    const { tensors } = await openWeights(store);
    expect(tensors.get('transformer.h.1.attn.c_attn.weight')?.shape).toEqual([8, 24]);
    expect(tensors.get('transformer.h.1.mlp.c_fc.bias')?.shape).toEqual([32]);
    const file = JSON.parse(new TextDecoder().decode(await store.read('config.json'))) as Record<string, unknown>;
    expect(file).toMatchObject({ model_type: 'gpt2', n_embd: 8, n_layer: 2, activation_function: 'gelu_new' });
  });

  test('a model with components of its own comes back with them, and not without', async () => {
    const store = new MemoryFileStore();
    const components = {
      feedForward: (c: { embedDim: number }) => new SquaredReluFeedForward(c.embedDim, 4 * c.embedDim),
      norm: (c: { embedDim: number }) => new RmsNorm({ embedDim: c.embedDim }) as Module<tf.Tensor3D, tf.Tensor3D>,
    };
    const model = new GptModel(config, { seed: 3, components });
    await model.save(store);
    const loaded = await GptModel.fromPretrained(store, { components });
    expect(logitsOf(loaded)).toEqual(logitsOf(model));
    await expect(GptModel.fromPretrained(store)).rejects.toThrow(/feedForward: SquaredReluFeedForward/);
    const plain = new MemoryFileStore();
    await new GptModel(config, { seed: 3 }).save(plain);
    await expect(GptModel.fromPretrained(plain, { components })).rejects.toThrow(ConfigError);
  });

  test('load replaces the weights of a model, or leaves it as it was', async () => {
    const store = new MemoryFileStore();
    const source = new GptModel(config, { seed: 3 });
    await source.save(store);
    const model = new GptModel(config, { seed: 4 });
    await model.load(store);
    expect(logitsOf(model)).toEqual(logitsOf(source));
    const wider = new GptModel({ ...config, maxSeqLen: 9 }, { seed: 4 });
    const before = logitsOf(wider);
    await expect(wider.load(store)).rejects.toThrow(FormatError);
    expect(logitsOf(wider)).toEqual(before);
  });

  test('a tensor without a place is refused, zero biases and old masks are not', async () => {
    const store = new MemoryFileStore();
    const model = new GptModel({ ...config, bias: false }, { seed: 3 });
    await model.save(store);
    const { tensors, read } = await openWeights(store);
    const all = await Promise.all([...tensors].map(async ([name]) => [name, await read(name)] as const));
    const rewrite = (changed: Record<string, TensorData>): Promise<void> =>
      store.write('model.safetensors', encodeSafetensors(new Map([...all, ...Object.entries(changed)])));
    const ones: TensorData = { dtype: 'F32', shape: [8], data: new Float32Array(8).fill(1) };
    await rewrite({ 'transformer.h.0.attn.bias': ones });
    await model.load(store);
    await rewrite({ 'transformer.ln_f.bias': ones });
    await expect(model.load(store)).rejects.toThrow(/transformer.ln_f.bias, which is not zero/);
    await rewrite({ 'transformer.h.2.ln_1.weight': ones });
    await expect(model.load(store)).rejects.toThrow(/must have a place.*transformer.h.2.ln_1.weight/);
  });

  test('the tokenizer is saved beside the model, and another one is refused', async () => {
    const store = new MemoryFileStore();
    const tokenizer = new ByteTokenizer();
    const model = new GptModel({ ...config, vocabSize: tokenizer.vocabSize }, { seed: 3 });
    await model.save(store, { tokenizer });
    const loaded = await GptModel.fromPretrained(store);
    const same = await loadTokenizer(store);
    const options = { maxNewTokens: 6, temperature: 0 };
    expect((await loaded.generateText('ab', { tokenizer: same, ...options })).text).toBe(
      (await model.generateText('ab', { tokenizer, ...options })).text,
    );
    const other = CharTokenizer.train('abc');
    expect(() => loaded.generateText('ab', { tokenizer: other, ...options })).toThrow(TokenizerError);
  });

  test('the first GPT-2 checkpoints, whose names lack the prefix, load', async () => {
    const golden = openFileStore(fileURLToPath(new URL('./golden/gpt2-tiny', import.meta.url)));
    const bytes = await golden.read('model.safetensors');
    const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const text = new TextDecoder().decode(bytes.subarray(8, 8 + header));
    const shorter = text.replaceAll('"transformer.', '"').padEnd(header);
    const renamed = bytes.slice();
    renamed.set(new TextEncoder().encode(shorter), 8);
    const store = new MemoryFileStore();
    await store.write('config.json', await golden.read('config.json'));
    await store.write('model.safetensors', renamed);
    const [a, b] = [await GptModel.fromPretrained(golden), await GptModel.fromPretrained(store)];
    expect(logitsOf(b)).toEqual(logitsOf(a));
  });

  test('broken directories are refused by name', async () => {
    const store = new MemoryFileStore();
    await expect(GptModel.fromPretrained(store)).rejects.toThrow(/config.json/);
    const write = (value: unknown): Promise<void> =>
      store.write('config.json', new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)));
    await write('{"model_type"');
    await expect(GptModel.fromPretrained(store)).rejects.toThrow(FormatError);
    await write({ model_type: 'llama' });
    await expect(GptModel.fromPretrained(store)).rejects.toThrow(/model_type must be gpt2 or gptloom/);
    await write({ model_type: 'gpt2', activation_function: 'silu' });
    await expect(GptModel.fromPretrained(store)).rejects.toThrow(/activation_function/);
    await write({ model_type: 'gpt2', n_embd: 'wide' });
    await expect(GptModel.fromPretrained(store)).rejects.toThrow(/n_embd must be a number/);
    await write({ model_type: 'gpt2', n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 5, n_positions: 4 });
    await expect(GptModel.fromPretrained(store)).rejects.toThrow(/model.safetensors/);
  });
});
