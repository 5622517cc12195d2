import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { directoryStore, DisposedError, MemoryFileStore, type FileStore, type Tokenizer } from '@gptloom/core';
import { encodeSafetensors, openWeights, type TensorData } from '@gptloom/formats';
import { GptModel, type GptConfig } from '@gptloom/gpt-model';
import { ByteTokenizer, CharTokenizer, loadTokenizer } from '@gptloom/tokenizer';

const config: GptConfig = { vocabSize: 258, maxSeqLen: 4, numLayers: 1, numHeads: 1, embedDim: 4 };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Every change after the first `allowed` fails. */
class FailingStore implements FileStore {
  readonly description = 'failing';
  changes = 0;
  private readonly inner: FileStore;
  private readonly allowed: number;
  constructor(inner: FileStore, allowed: number) {
    this.inner = inner;
    this.allowed = allowed;
  }
  size(path: string): Promise<number | undefined> {
    return this.inner.size(path);
  }
  read(...parameters: Parameters<FileStore['read']>): Promise<Uint8Array> {
    return this.inner.read(...parameters);
  }
  list(directory?: string): Promise<string[]> {
    return this.inner.list(directory);
  }
  async write(...parameters: Parameters<FileStore['write']>): Promise<void> {
    this.count();
    await this.inner.write(...parameters);
  }
  async remove(path: string): Promise<void> {
    this.count();
    await this.inner.remove(path);
  }
  private count(): void {
    this.changes++;
    if (this.changes > this.allowed) throw new Error('out of changes');
  }
}

/** All that makes a model: its weights' logits and its tokenizer. */
async function identityOf(model: GptModel, tokenizer: Tokenizer | undefined): Promise<unknown> {
  const logits = model.logits([[1, 2, 0]]);
  const values = [...(await logits.data())];
  logits.dispose();
  return { config: model.config, values, tokenizer: tokenizer?.fingerprint };
}

async function loadIdentity(store: FileStore): Promise<unknown> {
  const model = await GptModel.fromPretrained(store);
  const tokenizer = (await store.size('tokenizer.json')) === undefined ? undefined : await loadTokenizer(store);
  const identity = await identityOf(model, tokenizer);
  model.dispose();
  return identity;
}

/** The store's model as transformers saves a large one: in two shards and their index. */
async function shard(store: FileStore): Promise<void> {
  const { tensors, read } = await openWeights(store);
  const names = [...tensors.keys()];
  const weightMap: Record<string, string> = {};
  for (const [number, part] of [names.slice(0, 3), names.slice(3)].entries()) {
    const file = `model-0000${number + 1}-of-00002.safetensors`;
    const shards = new Map<string, TensorData>();
    for (const name of part) {
      shards.set(name, await read(name));
      weightMap[name] = file;
    }
    await store.write(file, encodeSafetensors(shards));
  }
  await store.write('model.safetensors.index.json', text(JSON.stringify({ weight_map: weightMap })));
  await store.remove('model.safetensors');
}

describe('saving over an older model', () => {
  const oldTokenizer = new ByteTokenizer();
  const newTokenizer = CharTokenizer.train('abcdef');
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  async function oldStore(sharded: boolean): Promise<MemoryFileStore> {
    const store = new MemoryFileStore();
    const model = new GptModel(config, { seed: 1 });
    await model.save(store, { tokenizer: oldTokenizer });
    model.dispose();
    if (sharded) await shard(store);
    for (const name of ['classifier.json', 'classifier.safetensors', 'merges.txt', 'notes.md']) {
      await store.write(name, text('old'));
    }
    return store;
  }

  const cases: [string, boolean, Tokenizer | undefined, GptConfig][] = [
    ['the same shape, another tokenizer', false, newTokenizer, config],
    ['the same shape, no tokenizer', false, undefined, config],
    ['another shape over shards', true, newTokenizer, { ...config, embedDim: 6, bias: false }],
    ['a shape that GPT-2 lacks', true, undefined, { ...config, activation: 'swiglu' }],
  ];

  test('the tokenizer of a model from elsewhere stays when it is fine-tuned in its directory', async () => {
    const store = new MemoryFileStore();
    const model = new GptModel(config, { seed: 1 });
    await model.save(store);
    for (const name of ['tokenizer.json', 'vocab.json', 'merges.txt']) await store.write(name, text('theirs'));
    const loaded = await GptModel.fromPretrained(store);
    await loaded.save(store);
    expect(await store.list()).toEqual(expect.arrayContaining(['merges.txt', 'tokenizer.json', 'vocab.json']));
    loaded.dispose();
    model.dispose();
  });

  test.each(cases)('an interruption anywhere never mixes two models: %s', async (_, sharded, tokenizer, newConfig) => {
    const model = new GptModel(newConfig, { seed: 2 });
    const before = await loadIdentity(await oldStore(sharded));
    const after = await identityOf(model, tokenizer);
    let outcomes = '';
    for (let allowed = 0; ; allowed++) {
      const inner = await oldStore(sharded);
      const store = new FailingStore(inner, allowed);
      const error: unknown = await model.save(store, { tokenizer }).catch((caught: unknown) => caught);
      if ((await inner.size('config.json')) === undefined) {
        await expect(GptModel.fromPretrained(inner)).rejects.toThrow(/config\.json/);
        outcomes += 'none ';
      } else {
        const found = await loadIdentity(inner);
        expect([before, after]).toContainEqual(found);
        outcomes += found === after || JSON.stringify(found) === JSON.stringify(after) ? 'new ' : 'old ';
      }
      // What was interrupted can be repeated.
      await model.save(inner, { tokenizer });
      expect(await loadIdentity(inner)).toEqual(after);
      if (error === undefined) break;
      expect(String(error)).toContain('out of changes');
      model.tokenizerFingerprint = undefined;
    }
    expect(outcomes).toMatch(/^old (none ){4,}new $/);
    model.dispose();
  });

  test('what the new model has no use for goes, and what is not a model stays', async () => {
    const store = await oldStore(true);
    await store.write('model-of-mine.safetensors', text('mine'));
    await store.write('vocab.json/inside', text('mine'));
    await new GptModel(config, { seed: 2 }).save(store);
    expect(await store.list()).toEqual([
      'config.json',
      'generation_config.json',
      'model-of-mine.safetensors',
      'model.safetensors',
      'notes.md',
      'vocab.json/inside',
    ]);
  });

  test('a tokenizer that is the model’s own stays when it is not given again', async () => {
    const store = await oldStore(false);
    const loaded = await GptModel.fromPretrained(store);
    await loaded.save(store);
    expect((await loadTokenizer(store)).fingerprint).toBe(oldTokenizer.fingerprint);
  });

  test('a damaged older model does not stop a save', async () => {
    const store = await oldStore(false);
    for (const name of ['config.json', 'model.safetensors.index.json']) await store.write(name, text('{"'));
    const model = new GptModel(config, { seed: 2 });
    await model.save(store, { tokenizer: oldTokenizer });
    expect(await loadIdentity(store)).toEqual(await identityOf(model, oldTokenizer));
  });

  test('what is refused leaves the older model in place', async () => {
    const store = await oldStore(false);
    const before = await loadIdentity(store);
    const model = new GptModel(config, { seed: 2 });
    const tokenizer = Object.assign(new ByteTokenizer(), { toFiles: () => ({ 'a/b': '' }) });
    await expect(model.save(store, { tokenizer })).rejects.toThrow(/plain files/);
    model.dispose();
    await expect(model.save(store)).rejects.toThrow(DisposedError);
    expect(await loadIdentity(store)).toEqual(before);
  });

  describe('in a directory', () => {
    let directory: string;
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'gptloom-model-'));
    });
    afterEach(async () => {
      await rm(directory, { recursive: true, force: true });
    });

    test('a second model replaces the first', async () => {
      await new GptModel(config, { seed: 1 }).save(directory, { tokenizer: oldTokenizer });
      const model = new GptModel(config, { seed: 2 });
      await model.save(directory);
      expect(await readdir(directory)).toEqual(['config.json', 'generation_config.json', 'model.safetensors']);
      expect(await loadIdentity(directoryStore(directory))).toEqual(await identityOf(model, undefined));
    });
  });
});
