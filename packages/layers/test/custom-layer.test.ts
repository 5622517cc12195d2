import * as tf from '@tensorflow/tfjs';
import {
  createForwardContext,
  Embedding,
  FeedForward,
  initialize,
  LayerNorm,
  Linear,
  Module,
  namedParameters,
  SelfAttention,
  setTrainable,
  summarize,
  TransformerBlock,
  type ForwardContext,
} from '@gptloom/layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { columns, contextFor, distance, noise, tensorsLeftBy } from './helpers.ts';

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

function block(feedForward: Module<tf.Tensor3D, tf.Tensor3D>): TransformerBlock {
  return new TransformerBlock({
    attention: new SelfAttention({ embedDim: 8, numHeads: 2 }),
    feedForward,
    attentionNorm: new LayerNorm({ embedDim: 8 }),
    feedForwardNorm: new LayerNorm({ embedDim: 8 }),
  });
}

/** Input and output share the embedding; one block of attention between them. */
class TinyModel extends Module<tf.Tensor2D, tf.Tensor3D> {
  readonly embedding = new Embedding({ vocabSize: 5, embedDim: 8 });
  readonly blocks = [block(new SquaredReluFeedForward(8, 16))];
  readonly head = this.embedding;
  forward(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor3D {
    const x = this.blocks.reduce(
      (hidden, layer) => layer.forward(hidden, context),
      this.embedding.forward(ids, context),
    );
    const logits = tf.matMul(tf.reshape(x, [-1, 8]), this.head.weight.value as tf.Tensor2D, false, true);
    return tf.reshape(logits, [...ids.shape, 5]);
  }
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('a custom layer', () => {
  test('goes in place of a built-in one: same paths, same values, same numbers', () => {
    const custom = block(new SquaredReluFeedForward(8, 16));
    const builtIn = block(new FeedForward({ embedDim: 8, intermediateDim: 16, activation: 'squared-relu' }));
    expect([...namedParameters(custom).keys()]).toEqual([...namedParameters(builtIn).keys()]);
    for (const module of [custom, builtIn]) initialize(module, { seed: 3 });
    const x = noise([2, 3, 8], 1);
    const run = (module: TransformerBlock): ArrayLike<number> =>
      module.forward(x, contextFor(module, [2, 3])).dataSync();
    expect(run(custom)).toEqual(run(builtIn));
    expect(summarize(custom).rows.map((row) => row.type)).toContain('Linear');
  });

  test('trains to know a sentence by heart; ties share one parameter; what is frozen stays', () => {
    const left = tensorsLeftBy(() => {
      const model = new TinyModel();
      initialize(model, { seed: 1 });
      expect([...namedParameters(model).keys()].filter((path) => path.endsWith('mbedding.weight'))).toHaveLength(1);
      expect(namedParameters(model).get('head.weight')).toBeUndefined();
      expect(model.head).toBe(model.embedding);
      setTrainable(model, false, (path) => path.includes('attentionNorm'));
      const frozen = model.blocks[0]!.attentionNorm as LayerNorm;
      const optimizer = tf.train.adam(0.02);
      const ids = tf.tensor2d([[0, 3, 1, 1, 4, 2]], [1, 6], 'int32');
      const targets = tf.oneHot(tf.tensor1d([3, 1, 1, 4, 2, 0], 'int32'), 5);
      const positions = columns(1, 6);
      const loss = (): tf.Scalar => {
        const context = createForwardContext(model, { positions, training: true });
        return tf.losses.softmaxCrossEntropy(targets, tf.reshape(model.forward(ids, context), [6, 5])) as tf.Scalar;
      };
      for (let step = 0; step < 120; step++) optimizer.minimize(loss, false);
      expect(tf.tidy(() => loss().dataSync()[0]!)).toBeLessThan(0.05);
      expect([...frozen.weight.value.dataSync()]).toEqual(new Array(8).fill(1));
      tf.dispose([ids, targets, positions]);
      optimizer.dispose();
      model.dispose();
    });
    // The ids from which the targets were made.
    expect(left).toBe(1);
  });

  test('values go to another model by path', () => {
    const [from, to] = [new TinyModel(), new TinyModel()];
    initialize(from, { seed: 1 });
    const targets = namedParameters(to);
    for (const [path, parameter] of namedParameters(from)) targets.get(path)!.assign(parameter.value);
    const ids = tf.tensor2d([[0, 3, 1]], [1, 3], 'int32');
    const run = (model: TinyModel): ArrayLike<number> => model.forward(ids, contextFor(model, [1, 3])).dataSync();
    expect(distance(run(from), run(to))).toBe(0);
    from.dispose();
    expect(run(to)).toHaveLength(15);
  });
});
