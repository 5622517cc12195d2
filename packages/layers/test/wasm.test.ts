import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {
  Embedding,
  FeedForward,
  initialize,
  KeyValueCache,
  LayerNorm,
  LearnedPositions,
  Module,
  RmsNorm,
  SelfAttention,
  SinusoidalPositions,
  TransformerBlock,
  type ForwardContext,
} from '@gptloom/layers';
import { expect, test } from 'vitest';
import { contextFor, distance } from './helpers.ts';

/** Every layer once, with a cache where the context has one. */
class Everything extends Module<tf.Tensor2D, tf.Tensor3D> {
  readonly tokens = new Embedding({ vocabSize: 9, embedDim: 8 });
  readonly positions = new LearnedPositions({ maxSeqLen: 6, embedDim: 8 });
  readonly sines = new SinusoidalPositions({ maxSeqLen: 6, embedDim: 8 });
  readonly block = new TransformerBlock({
    attention: new SelfAttention({ embedDim: 8, numHeads: 4, numKvHeads: 2, projections: 'separate', dropout: 0.1 }),
    feedForward: new FeedForward({ embedDim: 8, activation: 'swiglu', dropout: 0.1 }),
    attentionNorm: new LayerNorm({ embedDim: 8 }),
    feedForwardNorm: new RmsNorm({ embedDim: 8 }),
    dropout: 0.1,
  });
  forward(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor3D {
    const places = tf.add(
      this.positions.forward(context.positions, context),
      this.sines.forward(context.positions, context),
    );
    return this.block.forward(tf.add(this.tokens.forward(ids, context), places) as tf.Tensor3D, context);
  }
}

async function compute(backend: string): Promise<{ loss: number; gradients: number[][]; cached: number[] }> {
  await tf.setBackend(backend);
  const model = new Everything();
  initialize(model, { seed: 1 });
  const ids = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32');
  const training = contextFor(model, [2, 3], { training: true });
  const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(model.forward(ids, training))) as tf.Scalar);
  const gradients = Object.values(grads).map((gradient) => [...gradient.dataSync()]);

  const cache = new KeyValueCache({ capacity: 6 });
  cache.startPass({ counts: [3, 1] });
  model.forward(ids, contextFor(model, [2, 3], { cache }));
  cache.advance();
  const positions = tf.tensor2d([3, 1], [2, 1], 'int32');
  const next = model.forward(tf.tensor2d([7, 8], [2, 1], 'int32'), contextFor(model, [2, 1], { cache, positions }));
  const cached = [...next.dataSync()];
  cache.dispose();
  model.dispose();
  return { loss: value.dataSync()[0]!, gradients, cached };
}

test('all layers, their gradients and the cache give the same numbers on wasm', async () => {
  const [wasm, plain] = [await compute('wasm'), await compute('cpu')];
  expect(plain.loss).toBeGreaterThan(1);
  expect(wasm.loss / plain.loss).toBeCloseTo(1, 5);
  expect(wasm.gradients).toHaveLength(plain.gradients.length);
  wasm.gradients.forEach((gradient, i) => expect(distance(gradient, plain.gradients[i]!)).toBeLessThan(1e-3));
  expect(distance(wasm.cached, plain.cached)).toBeLessThan(1e-4);
});
