import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  adamW,
  CharTokenizer,
  constantSchedule,
  evaluateText,
  GptModel,
  Linear,
  MemoryFileStore,
  Module,
  namedParameters,
  selectBackend,
  TokenDataset,
  Trainer,
  type ForwardContext,
  type GptComponents,
  type TrainingEvent,
} from 'gptloom';

const sentence = 'the quick brown fox jumps over the lazy dog and runs home';
const tokenizer = CharTokenizer.train(sentence);
const shape = { vocabSize: tokenizer.vocabSize, maxSeqLen: 60, numLayers: 2, numHeads: 2, embedDim: 32 };

class SquaredReluFeedForward extends Module<tf.Tensor3D, tf.Tensor3D> {
  readonly up: Linear;
  readonly down: Linear;
  constructor(embedDim: number, intermediateDim: number) {
    super();
    this.up = new Linear({ inDim: embedDim, outDim: intermediateDim });
    this.down = new Linear({ inDim: intermediateDim, outDim: embedDim, residual: true });
  }
  forward(x: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
    return this.down.forward(tf.square(tf.relu(this.up.forward(x, context))), context);
  }
}
const custom: GptComponents = { feedForward: (c) => new SquaredReluFeedForward(c.embedDim, 4 * c.embedDim) };

describe('a GPT from data to text', () => {
  beforeAll(async () => {
    await selectBackend('wasm');
  });

  test.each([
    ['the built-in blocks', undefined],
    ['a feed-forward layer of its own', custom],
  ])('learns a sentence by heart and writes it again, with %s', async (_name, components) => {
    const before = tf.memory().numTensors;
    const model = new GptModel(shape, { seed: 1, components });
    const train = TokenDataset.fromText(sentence, tokenizer, { sequenceLength: sentence.length });
    const trainer = new Trainer(model, { optimizer: adamW({ learningRate: 5e-3 }), batchSize: 1, steps: 120 });
    const { trainLoss } = await trainer.fit({ train });
    expect(trainLoss).toBeLessThan(0.05);
    const options = { tokenizer, maxNewTokens: 80, temperature: 0 };
    const { text, reason } = await model.generateText('the q', options);
    expect(`the q${text}`).toBe(sentence);
    expect(reason).toBe('end');

    const store = new MemoryFileStore();
    await model.save(store, { tokenizer });
    const loaded = await GptModel.fromPretrained(store, { components });
    expect((await loaded.generateText('the q', options)).text).toBe(text);
    loaded.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a model whose weights are no numbers is found out, never scored as perfect', async () => {
    const model = new GptModel(shape, { seed: 1 });
    model.tokenEmbedding.weight.assign(tf.fill([shape.vocabSize, 32], NaN));
    const [scores] = await model.tokenLogProbs([[1, 2, 3]]);
    expect([...scores!]).toEqual([NaN, NaN]);
    await expect(evaluateText(model, tokenizer, sentence)).rejects.toThrow(/received NaN/);
    const train = TokenDataset.fromText(sentence, tokenizer, { sequenceLength: 10 });
    const trainer = new Trainer(model, { optimizer: adamW({ learningRate: 1e-3 }), batchSize: 1, steps: 1 });
    await expect(trainer.fit({ train })).rejects.toThrow(/received loss NaN/);
    await expect(model.generate([1], { maxNewTokens: 1 })).rejects.toThrow(/not NaN/);
  });

  test('one batch of eight rows is overfitted to a loss below 0.05', async () => {
    const model = new GptModel({ ...shape, vocabSize: 20, maxSeqLen: 12 }, { seed: 1 });
    // Rows with first tokens of their own: what follows can be known from the start.
    const tokens = Int32Array.from({ length: 8 * 12 + 1 }, (_, i) =>
      i % 12 === 0 ? i / 12 : (i * 7 + Math.floor(i / 5)) % 20,
    );
    const train = TokenDataset.fromTokens(tokens, { sequenceLength: 12 });
    const trainer = new Trainer(model, { optimizer: adamW({ learningRate: 1e-2 }), batchSize: 8, steps: 150 });
    const { trainLoss } = await trainer.fit({ train });
    expect(trainLoss).toBeLessThan(0.05);
    model.dispose();
  });

  test('a run with dropout, accumulation and evaluation resumes bit for bit', async () => {
    const tokens = Int32Array.from({ length: 400 }, (_, i) => (i * i + (i % 7)) % shape.vocabSize);
    const { train, validation } = TokenDataset.fromTokens(tokens, { sequenceLength: 10 }).split({ validation: 0.2 });
    const run = async (store: MemoryFileStore, stopAfter = Infinity) => {
      const model = new GptModel({ ...shape, maxSeqLen: 10, embedDim: 16, dropout: 0.1 }, { seed: 4 });
      const controller = new AbortController();
      const trainer = new Trainer(model, {
        optimizer: adamW({ learningRate: constantSchedule({ learningRate: 1e-2, warmupSteps: 3 }) }),
        batchSize: 2,
        gradientAccumulationSteps: 2,
        steps: 12,
        evaluation: { everySteps: 4, batches: 2 },
        checkpoint: { directory: store, everySteps: 5 },
        signal: controller.signal,
      });
      const losses: [string, number, number][] = [];
      const remember = (event: TrainingEvent): void => {
        if (event.type === 'step') losses.push(['step', event.step, event.loss]);
        if (event.type === 'evaluation') losses.push(['evaluation', event.step, event.validationLoss]);
      };
      for await (const event of trainer.fit({ train, validation })) {
        remember(event);
        if (event.type === 'step' && event.step === stopAfter) controller.abort();
      }
      const weights = await Promise.all(
        [...namedParameters(model).values()].map((parameter) => parameter.value.data()),
      );
      model.dispose();
      return { losses, weights };
    };
    const whole = await run(new MemoryFileStore());
    const store = new MemoryFileStore();
    const first = await run(store, 7);
    const second = await run(store);
    expect(first.losses.filter(([type]) => type === 'step')).toHaveLength(7);
    expect([...first.losses, ...second.losses].filter(([type]) => type === 'step')).toEqual(
      whole.losses.filter(([type]) => type === 'step'),
    );
    expect(second.losses.filter(([type, step]) => type === 'evaluation' && step > 7)).toEqual(
      whole.losses.filter(([type, step]) => type === 'evaluation' && step > 7),
    );
    expect(second.weights).toEqual(whole.weights);
  });
});
