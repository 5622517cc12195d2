import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  adamW,
  ConfigError,
  deviceMemory,
  GptModel,
  selectBackend,
  TokenDataset,
  Trainer,
  type Backend,
  type GptConfig,
} from 'gptloom';

let backend: Backend;
beforeAll(async () => {
  backend = await selectBackend('simd', { profile: true });
});
afterAll(async () => {
  await tf.setBackend('cpu');
  backend.dispose?.();
});
afterEach(() => vi.restoreAllMocks());

const tokens = Array.from({ length: 4000 }, (_, i) => (i * 7919) % 61);
const small: GptConfig = { vocabSize: 61, maxSeqLen: 32, numLayers: 2, numHeads: 2, embedDim: 32 };

async function train(model: GptModel, batchSize: number, gradientAccumulationSteps = 1, time?: number): Promise<void> {
  const train = TokenDataset.fromTokens(tokens, { sequenceLength: time ?? model.maxSeqLen });
  const optimizer = adamW({ learningRate: 1e-3 });
  await new Trainer(model, { optimizer, batchSize, steps: 2, gradientAccumulationSteps }).fit({ train });
}

/** Bytes of the engine, without the working space of its threads, while `work` runs; what was there before is not counted. */
async function peakOf(work: () => Promise<unknown>, before: number): Promise<number> {
  backend.profile!.reset();
  await work();
  return backend.profile!.peakBytes - before;
}

describe('the memory of the engine', () => {
  test.each<[string, GptConfig, number, number]>([
    ['narrow and long', { ...small, maxSeqLen: 128 }, 6, 1],
    ['wide', { ...small, embedDim: 192, numHeads: 3 }, 4, 1],
    ['deep', { ...small, numLayers: 9 }, 3, 1],
    ['a large vocabulary', { ...small, vocabSize: 5000, embedDim: 64 }, 4, 1],
    ['a head of its own', { ...small, vocabSize: 5000, embedDim: 64, tiedOutput: false }, 4, 1],
    ['shared keys and values', { ...small, embedDim: 96, numHeads: 6, numKvHeads: 2 }, 8, 1],
    ['dropout', { ...small, embedDim: 96, dropout: 0.1 }, 8, 1],
    ['a narrow feed-forward layer', { ...small, embedDim: 96, intermediateDim: 100 }, 8, 1],
    ['several passes', { ...small, vocabSize: 1000, embedDim: 96 }, 2, 3],
    ['one row', { ...small, embedDim: 96 }, 1, 1],
  ])('in training is at most what the model predicts, and close to it: %s', async (_, config, batchSize, passes) => {
    const { used, reserved } = deviceMemory()!;
    const model = new GptModel(config, { seed: 1 });
    const measured = await peakOf(() => train(model, batchSize, passes), used);
    const work = { rows: batchSize, time: model.maxSeqLen, accumulates: passes > 1 };
    const ratio = (model.trainingBytes(work) - reserved) / measured;
    if (passes === 1) expect(model.measure({ batchSize }).trainingBytes).toBe(model.trainingBytes(work));
    model.dispose();
    expect(ratio).toBeGreaterThanOrEqual(1);
    expect(ratio).toBeLessThan(1.15);
    expect(deviceMemory()!.used).toBe(used);
  });

  test.each<[string, GptConfig]>([
    ['long', { ...small, maxSeqLen: 512, numLayers: 4 }],
    ['wide', { ...small, maxSeqLen: 128, embedDim: 192 }],
    ['shared keys and values', { ...small, maxSeqLen: 256, embedDim: 96, numHeads: 6, numKvHeads: 2 }],
    ['a large vocabulary', { ...small, vocabSize: 5000, embedDim: 64 }],
  ])('in generation is at most what the model predicts, and close to it: %s', async (_, config) => {
    const { used, reserved } = deviceMemory()!;
    const model = new GptModel(config, { seed: 1 });
    const prompt = tokens.slice(0, model.maxSeqLen - 4);
    const measured = await peakOf(async () => model.generate(prompt, { maxNewTokens: 4 }), used);
    const ratio = (model.measure().generationBytes - reserved) / measured;
    model.dispose();
    expect(ratio).toBeGreaterThanOrEqual(1);
    expect(ratio).toBeLessThan(1.15);
    expect(deviceMemory()!.used).toBe(used);
  });
});

/** Lets the engine say that it has room for so many bytes of tensors beside those that there are. */
function limitMemory(more: number): void {
  const before = deviceMemory()!;
  const memory = { ...before, limit: tf.memory().numBytes + before.reserved + more };
  vi.spyOn(tf.backend(), 'memory').mockImplementation(() => ({ unreliable: false, engine: memory }));
}

async function refusalOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    expect(ConfigError.isInstance(error)).toBe(true);
    return (error as Error).message;
  }
  return 'not refused';
}

describe('what does not fit into the memory of the engine is refused before it begins', () => {
  test('a model, with the layers that would fit', async () => {
    const before = tf.memory().numTensors;
    const large: GptConfig = {
      ...small,
      vocabSize: 50_257,
      maxSeqLen: 1024,
      numLayers: 48,
      numHeads: 25,
      embedDim: 1600,
    };
    const message = await refusalOf(() => new GptModel(large, { seed: 1 }));
    expect(message).toMatch(
      /weights must fit into .* GiB of .* GiB; received weights of 5\.80 GiB, 48 layers; try: numLayers: \d+ fits/,
    );
    const layer = 4 * (12 * 1600 ** 2 + 13 * 1600);
    const rest = 4 * (50_257 * 1600 + 1024 * 1600 + 2 * 1600);
    const { limit, reserved } = deviceMemory()!;
    const available = limit - reserved - tf.memory().numBytes;
    expect(Number(/numLayers: (\d+)/.exec(message)![1])).toBe(Math.floor((available - rest) / layer));
    limitMemory(rest / 2);
    expect(await refusalOf(() => new GptModel(large, { seed: 1 }))).toContain('without any layer it takes');
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a training step, with the batch that would fit', async () => {
    const model = new GptModel(small, { seed: 1 });
    const before = tf.memory().numTensors;
    const message = await refusalOf(() => train(model, 200_000));
    expect(message).toMatch(
      /Trainer\.fit: .*received 200000 row\(s\) of 32 tokens, which take \d+\.\d GiB; try: batchSize: \d+/,
    );
    expect(tf.memory().numTensors).toBe(before);

    const weights = 4 * model.measure().parameters + deviceMemory()!.reserved;
    const enough = model.trainingBytes({ rows: 5, time: 32, accumulates: false });
    limitMemory(enough - weights);
    expect(await refusalOf(() => train(model, 6))).toContain('try: batchSize: 5, or 4 with gradientAccumulationSteps');
    expect(await refusalOf(() => train(model, 5))).toBe('not refused');
    expect(await refusalOf(() => train(model, 5, 2))).toContain('try: batchSize: 4, with gradientAccumulationSteps');

    limitMemory(model.trainingBytes({ rows: 1, time: 20, accumulates: false }) - weights);
    expect(await refusalOf(() => train(model, 4))).toContain('try: batchSize: 1 with sequences of at most 20 tokens');
    expect(await refusalOf(() => train(model, 1, 1, 20))).toBe('not refused');

    limitMemory(0);
    expect(await refusalOf(() => train(model, 1))).toContain('try: a smaller model: even one token takes');
    model.dispose();
  });

  test('a generation, with the prompt that would fit', async () => {
    const model = new GptModel({ ...small, maxSeqLen: 400 }, { seed: 1 });
    const before = tf.memory().numTensors;
    const weights = 4 * model.measure().parameters;
    const generate = async (promptLength: number): Promise<void> => {
      await model.generate(tokens.slice(0, promptLength), { maxNewTokens: 2 });
    };
    limitMemory(440_000);
    const fits = Number(/try: a prompt of at most (\d+) tokens/.exec(await refusalOf(() => generate(300)))![1]);
    expect(await refusalOf(() => generate(fits))).toBe('not refused');
    expect(await refusalOf(() => generate(fits + 1))).toContain(`a prompt of at most ${fits} tokens`);
    limitMemory(-weights);
    expect(await refusalOf(() => generate(3))).toContain('try: a smaller model');
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
