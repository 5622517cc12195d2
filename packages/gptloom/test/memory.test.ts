import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  adamW,
  ByteTokenizer,
  ConfigError,
  deviceMemory,
  FeedForward,
  GptModel,
  LabelDataset,
  selectBackend,
  SequenceClassifier,
  TokenDataset,
  Trainer,
  type Backend,
  type ComponentFactory,
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

const tokens = Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 61);
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
    ['dims that fill no panel', { ...small, vocabSize: 2000, maxSeqLen: 64, numLayers: 1, embedDim: 36 }, 32, 1],
    ['a large vocabulary and dims that fill no panel', { ...small, vocabSize: 20_000, embedDim: 36 }, 4, 1],
    ['narrow heads', { ...small, numHeads: 8, intermediateDim: 32 }, 8, 1],
    ['a gated feed-forward layer', { ...small, numLayers: 4, embedDim: 96, activation: 'swiglu' }, 8, 1],
    ['a squared activation', { ...small, numLayers: 4, embedDim: 96, activation: 'squared-relu' }, 8, 1],
    ['one row', { ...small, embedDim: 96 }, 1, 1],
    ['short rows', { ...small, maxSeqLen: 8, numLayers: 3, numHeads: 8, embedDim: 112, activation: 'relu' }, 22, 1],
    ['few dims', { ...small, maxSeqLen: 237, numLayers: 1, numHeads: 1, embedDim: 2, activation: 'relu' }, 14, 1],
    ['many words of few dims', { ...small, vocabSize: 40_000, maxSeqLen: 64, numHeads: 1, embedDim: 6 }, 64, 1],
  ])('in training is at most what the model predicts, and close to it: %s', async (_, config, batchSize, passes) => {
    const { used, reserved } = deviceMemory()!;
    const model = new GptModel(config, { seed: 1 });
    const measured = await peakOf(() => train(model, batchSize, passes), used);
    const work = { rows: batchSize, time: model.maxSeqLen, accumulates: passes > 1 };
    const ratio = (model.trainingBytes(work)! - reserved) / measured;
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
    // Without such a batch, which JavaScript could not hold.
    expect(await refusalOf(() => train(model, 1_000_000_000))).toContain('received 1000000000 row(s) of 32 tokens');

    const weights = 4 * model.measure().parameters + deviceMemory()!.reserved;
    const enough = model.trainingBytes({ rows: 5, time: 32, accumulates: false })!;
    limitMemory(enough - weights);
    expect(await refusalOf(() => train(model, 6))).toContain('try: batchSize: 5, or 4 with gradientAccumulationSteps');
    expect(await refusalOf(() => train(model, 5))).toBe('not refused');
    expect(await refusalOf(() => train(model, 5, 2))).toContain('try: batchSize: 4, with gradientAccumulationSteps');

    limitMemory(model.trainingBytes({ rows: 1, time: 20, accumulates: false })! - weights);
    expect(await refusalOf(() => train(model, 4))).toContain('try: batchSize: 1 with sequences of at most 20 tokens');
    expect(await refusalOf(() => train(model, 1, 1, 20))).toBe('not refused');

    limitMemory(0);
    expect(await refusalOf(() => train(model, 1))).toContain('try: a smaller model: even one token takes');
    model.dispose();
  });

  test('a classifier, without the logits that it does not have', async () => {
    const { used, reserved } = deviceMemory()!;
    const model = new GptModel({ ...small, vocabSize: 20_000 }, { seed: 1 });
    const classifier = new SequenceClassifier(model, { labels: ['a', 'b'] });
    const examples = Array.from({ length: 16 }, (_, i) => ({ text: 'a'.repeat(31), label: 'ab'[i % 2]! }));
    const options = { labels: classifier.labels, sequenceLength: 32 };
    const train = LabelDataset.fromExamples(examples, new ByteTokenizer(), options);
    const optimizer = adamW({ learningRate: 1e-3 });
    const measured = await peakOf(async () => {
      await new Trainer(classifier, { optimizer, batchSize: 8, steps: 2 }).fit({ train });
    }, used);
    const work = { rows: 8, time: 32, accumulates: false };
    const ratio = (classifier.trainingBytes(work)! - reserved) / measured;
    expect(ratio).toBeGreaterThanOrEqual(1);
    expect(ratio).toBeLessThan(1.15);
    expect(classifier.trainingBytes(work)).toBeLessThan(model.trainingBytes(work)! - 4 * 20_000 * 32);
    model.dispose();
    classifier.dispose();
  });

  test('not a model with components of its own, which may take less than the configuration says', async () => {
    const feedForward: ComponentFactory = ({ embedDim }) =>
      new FeedForward({ embedDim, intermediateDim: 16, activation: 'gelu', bias: true });
    const model = new GptModel({ ...small, intermediateDim: 4096 }, { seed: 1, components: { feedForward } });
    expect(model.trainingBytes({ rows: 8, time: 32, accumulates: false })).toBeUndefined();
    const builtIn = new GptModel({ ...small, intermediateDim: 16 }, { seed: 1 });
    const needed = builtIn.trainingBytes({ rows: 8, time: 32, accumulates: false })!;
    builtIn.dispose();
    limitMemory(needed);
    expect(model.measure({ batchSize: 8 }).trainingBytes).toBeGreaterThan(deviceMemory()!.limit);
    expect(await refusalOf(() => train(model, 8))).toBe('not refused');
    expect(await refusalOf(async () => model.generate(tokens.slice(0, 30), { maxNewTokens: 2 }))).toBe('not refused');
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
    // The cache grows with the tokens: the rest of a long context takes nothing.
    limitMemory(2 ** 30);
    const long = new GptModel({ ...small, maxSeqLen: 16_384 }, { seed: 1 });
    limitMemory(440_000);
    expect(long.measure().generationBytes).toBeGreaterThan(deviceMemory()!.limit);
    expect(await refusalOf(async () => long.generate([1, 2, 3], { maxNewTokens: 20 }))).toBe('not refused');
    long.dispose();
    limitMemory(-weights);
    expect(await refusalOf(() => generate(3))).toContain('try: a smaller model');
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
