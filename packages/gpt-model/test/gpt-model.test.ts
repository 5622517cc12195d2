import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, DisposedError, type TokenBatch } from '@gptloom/core';
import { GptModel, gptPresets, resolveGptConfig } from '@gptloom/gpt-model';
import { createForwardContext, Module, namedParameters, setTrainable } from '@gptloom/layers';

const config = { vocabSize: 20, maxSeqLen: 8, numLayers: 2, numHeads: 2, embedDim: 8 };

const batch: TokenBatch = {
  rows: 2,
  time: 4,
  inputIds: Int32Array.of(1, 2, 3, 4, 5, 6, 0, 0),
  targets: Int32Array.of(2, 3, 4, 5, 6, 7, -100, -100),
  lengths: Int32Array.of(4, 2),
  globalRows: Int32Array.of(0, 1),
};

/** Adds what the first block computed to what later ones compute. */
class SharedFeedForward extends Module<tf.Tensor3D, tf.Tensor3D> {
  private static first: tf.Tensor3D;
  private readonly index: number;
  constructor(index: number) {
    super();
    this.index = index;
  }
  forward(x: tf.Tensor3D): tf.Tensor3D {
    const y: tf.Tensor3D = tf.tanh(x);
    if (this.index === 0) SharedFeedForward.first = y;
    return tf.add(y, SharedFeedForward.first);
  }
}

const lossOf = (model: GptModel, of: TokenBatch, options = {}): number =>
  tf.tidy(() => model.lossSum(of, model.contextFor(of, options)).dataSync()[0]!);

describe('GptModel', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  test('parts of a block may share tensors with later blocks', () => {
    const components = { feedForward: (_: unknown, index: number) => new SharedFeedForward(index) };
    const model = new GptModel(config, { seed: 1, components });
    expect(lossOf(model, batch)).toBeGreaterThan(0);
    model.dispose();
  });

  test('forwardLast gives the logits of the last token, of a class with hidden states or logits of its own too', () => {
    class Doubled extends GptModel {
      override hidden(...parameters: Parameters<GptModel['hidden']>): tf.Tensor3D {
        return tf.mul(super.hidden(...parameters), 2);
      }
    }
    class Halved extends Doubled {
      override forward(...parameters: Parameters<GptModel['forward']>): tf.Tensor3D {
        return tf.div(super.forward(...parameters), 4);
      }
    }
    class HalvedInBoth extends Halved {
      override forwardLast(...parameters: Parameters<GptModel['forwardLast']>): tf.Tensor3D {
        return tf.div(super.forwardLast(...parameters), 4);
      }
    }
    for (const Model of [GptModel, Doubled, Halved, HalvedInBoth]) {
      const model = new Model(config, { seed: 1 });
      tf.tidy(() => {
        const ids = tf.tensor2d([[1, 2, 3]], [1, 3], 'int32');
        const context = createForwardContext(model, { positions: tf.tensor2d([[0, 1, 2]], [1, 3], 'int32') });
        const whole = model.forward(ids, context);
        const last = model.forwardLast(ids, context);
        expect(last.shape).toEqual([1, 1, config.vocabSize]);
        expect(last.dataSync()).toEqual(tf.slice(whole, [0, 2, 0], [1, 1, -1]).dataSync());
      });
      model.dispose();
    }
  });

  test('a forward pass that can not be is refused by the shapes of its arguments', () => {
    const model = new GptModel(config, { seed: 1 });
    const int32 = (rows: number, time: number): tf.Tensor2D => tf.zeros([rows, time], 'int32');
    const pass = (ids: tf.Tensor2D, positions: tf.Tensor2D) => () =>
      tf.tidy(() => model.forward(ids, createForwardContext(model, { positions })));
    expect(pass(int32(2, 8), int32(2, 8))).not.toThrow();
    expect(pass(int32(1, 9), int32(1, 9))).toThrow('GptModel: a sequence must have at most maxSeqLen 8 tokens');
    for (const positions of [int32(1, 4), int32(2, 1), tf.zeros<tf.Rank.R2>([2, 4])]) {
      expect(pass(int32(2, 4), positions)).toThrow(
        `GptModel: context.positions must be int32 [2, 4]; received ${positions.dtype} [${positions.shape.join(', ')}]`,
      );
    }
    expect(pass(tf.zeros([4], 'int32') as tf.Tensor as tf.Tensor2D, int32(1, 4))).toThrow(
      'GptModel: ids must be int32 [batch, time]; received',
    );
    for (const name of ['forward', 'forwardLast', 'hidden'] as const) {
      expect(() => model[name](int32(1, 2), undefined as never)).toThrow(ConfigError);
      expect(() => model[name](int32(1, 2), undefined as never)).toThrow('try: createForwardContext');
    }
    model.dispose();
  });

  test('the presets have the published numbers of parameters', () => {
    const count = ({
      vocabSize,
      maxSeqLen,
      numLayers,
      embedDim: d,
    }: (typeof gptPresets)[keyof typeof gptPresets]): number =>
      vocabSize * d + maxSeqLen * d + numLayers * (12 * d * d + 13 * d) + 2 * d;
    expect(Object.values(gptPresets).map(count)).toEqual([124439808, 354823168, 774030080, 1557611200]);
    const small = new GptModel(
      { ...gptPresets.gpt2, vocabSize: 50, maxSeqLen: 8, embedDim: 24, numLayers: 2 },
      { seed: 1 },
    );
    expect(small.measure().parameters).toBe(
      count({ vocabSize: 50, maxSeqLen: 8, numLayers: 2, embedDim: 24, numHeads: 12 } as never),
    );
    small.dispose();
  });

  test('padding changes no loss, and weights weigh', () => {
    const model = new GptModel(config, { seed: 1 });
    const rows = [batch.inputIds.slice(0, 4), batch.inputIds.slice(4, 6)].map((inputIds, row): TokenBatch => ({
      rows: 1,
      time: inputIds.length,
      inputIds,
      targets: batch.targets.slice(row * 4, row * 4 + inputIds.length),
      lengths: Int32Array.of(inputIds.length),
      globalRows: Int32Array.of(row),
    }));
    expect(lossOf(model, batch)).toBeCloseTo(lossOf(model, rows[0]!) + lossOf(model, rows[1]!), 4);
    const lossWeights = Float32Array.of(0, 0, 0, 0, 0.5, 0, 1, 1);
    const half = { ...rows[1]!, targets: Int32Array.of(6, -100) };
    expect(lossOf(model, { ...batch, lossWeights })).toBeCloseTo(0.5 * lossOf(model, half), 5);
    expect(model.countTargets(batch)).toBe(6);
    expect(model.countTargets({ ...batch, lossWeights })).toBe(0.5);
  });

  test('a target outside the vocabulary never reaches a kernel', () => {
    const model = new GptModel(config, { seed: 1 });
    for (const outside of [20, -1, 1_000_000]) {
      const targets = batch.targets.with(2, outside);
      expect(() => lossOf(model, { ...batch, targets })).toThrow(
        `from 0 to 19, or -100; received ${outside} at index 2`,
      );
    }
    model.dispose();
  });

  test('documents that share a row do not see each other', () => {
    const model = new GptModel(config, { seed: 1 });
    const packed: TokenBatch = {
      rows: 1,
      time: 6,
      inputIds: Int32Array.of(1, 2, 3, 4, 5, 6),
      targets: Int32Array.of(2, 3, 4, 5, 6, 7),
      lengths: Int32Array.of(6),
      segmentIds: Int32Array.of(0, 0, 0, 0, 1, 1),
      globalRows: Int32Array.of(0),
    };
    expect(lossOf(model, packed)).toBeCloseTo(lossOf(model, batch), 4);
  });

  test('dropout is active in training, off in evaluation, and keyed by step and row', () => {
    const model = new GptModel({ ...config, dropout: 0.3 }, { seed: 1 });
    expect(lossOf(model, batch)).toBe(lossOf(model, batch, { training: false, step: 9 }));
    const training = (step: number): number => lossOf(model, batch, { training: true, seed: 1, step });
    expect(training(0)).toBe(training(0));
    expect(training(0)).not.toBe(training(1));
    expect(training(0)).not.toBe(lossOf(model, batch));
  });

  test('the seed decides the weights', () => {
    const values = (seed: number): unknown =>
      [...namedParameters(new GptModel(config, { seed }))].map(([path, p]) => [path, p.value.dataSync()]);
    expect(values(1)).toEqual(values(1));
    expect(values(1)).not.toEqual(values(2));
  });

  test('the summary counts what there is', () => {
    const model = new GptModel(config, { seed: 1 });
    const measures = model.measure({ batchSize: 2 });
    const expected = 20 * 8 + 8 * 8 + 2 * (12 * 64 + 13 * 8) + 16;
    expect(measures.parameters).toBe(expected);
    expect(measures.trainingFlopsPerToken).toBe(6 * (2 * 12 * 64 + 20 * 8) + 12 * 2 * 2 * 4 * 8);
    expect(measures.generationBytes).toBeGreaterThan(4 * (expected + 2 * 2 * 8 * 8));
    setTrainable(model, false, (path) => path.startsWith('blocks'));
    expect(model.measure().trainableParameters).toBe(expected - 2 * (12 * 64 + 13 * 8));
    expect(model.summary()).toMatch(/blocks\.\*\.attention\.queryKeyValue +[\d,]+ in \d+ blocks/);
    expect(model.summary()).toContain('frozen');
  });

  test('the memory for training is near what TensorFlow.js holds at its peak', async () => {
    const sizes = [
      { config: { vocabSize: 64, maxSeqLen: 64, numLayers: 3, numHeads: 4, embedDim: 64 }, batchSize: 4 },
      { config: { vocabSize: 300, maxSeqLen: 32, numLayers: 4, numHeads: 2, embedDim: 96 }, batchSize: 8 },
    ];
    for (const { config: shape, batchSize } of sizes) {
      const model = new GptModel(shape, { seed: 1 });
      const size = batchSize * shape.maxSeqLen;
      const full: TokenBatch = {
        rows: batchSize,
        time: shape.maxSeqLen,
        inputIds: new Int32Array(size),
        targets: new Int32Array(size),
        lengths: new Int32Array(batchSize).fill(shape.maxSeqLen),
        globalRows: Int32Array.from({ length: batchSize }, (_, row) => row),
      };
      const before = tf.memory().numBytes;
      const { peakBytes } = await tf.profile(() =>
        tf.tidy(() => {
          tf.variableGrads(() => model.lossSum(full, model.contextFor(full, { training: true })));
          return tf.scalar(0);
        }),
      );
      const { trainingBytes, parameters } = model.measure({ batchSize });
      // Beside the peak of the pass: weights and the two moments; gradients are part of the peak.
      const measured = peakBytes - before + 3 * 4 * parameters;
      expect(trainingBytes / measured).toBeGreaterThan(0.7);
      expect(trainingBytes / measured).toBeLessThan(1.4);
      model.dispose();
    }
  });

  test('after dispose it says so', () => {
    const before = tf.memory().numTensors;
    const model = new GptModel(config, { seed: 1 });
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => model.logits([[1]])).toThrow(DisposedError);
  });

  test('a configuration that can not work is refused with what to try', () => {
    expect(() => resolveGptConfig({ ...config, numHeads: 3 })).toThrow(
      /embedDim must be divisible by numHeads.*try: embedDim 6 or 9/,
    );
    expect(() => resolveGptConfig({ ...config, vocabSize: 0 })).toThrow(ConfigError);
    expect(() => resolveGptConfig({ ...config, dropout: 1 })).toThrow(ConfigError);
    expect(() => new GptModel({ ...config, layers: 3 } as never, { seed: 1 })).toThrow(/no option 'layers'/);
    expect(() => new GptModel(config, { seed: 1 }).summary({ batchSizes: 1 } as never)).toThrow(
      /no option 'batchSizes'/,
    );
    expect(() => new GptModel(config, {} as never)).toThrow(/seed must be an integer/);
    expect(() => new GptModel(config, { seed: 1, components: { mlp: () => undefined } } as never)).toThrow(
      /no option 'mlp'/,
    );
  });
});
