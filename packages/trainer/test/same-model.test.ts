import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError, MemoryFileStore } from '@gptloom/core';
import {
  FeedForward,
  initialize,
  LayerNorm,
  SelfAttention,
  TransformerBlock,
  type Activation,
  type ForwardContext,
} from '@gptloom/layers';
import { adamW, TokenDataset, Trainer, type TrainingResult } from '../src/index.ts';
import { TinyModel, tinyTokens } from './tiny-model.ts';

beforeAll(() => tf.setBackend('cpu'));

interface Changes {
  readonly numHeads?: number;
  readonly activation?: Activation;
  readonly dropout?: number;
  readonly eps?: number;
}

/** A model whose parameters have the same shapes whatever it computes. */
class LayeredModel extends TinyModel {
  readonly blocks: readonly TransformerBlock[];
  tokenizerFingerprint: string | undefined;

  constructor({ numHeads = 2, activation = 'gelu', dropout = 0, eps = 1e-5 }: Changes) {
    super();
    const norm = (): LayerNorm => new LayerNorm({ embedDim: 6, eps });
    const attention = new SelfAttention({ embedDim: 6, numHeads, dropout });
    const feedForward = new FeedForward({ embedDim: 6, activation });
    this.blocks = [new TransformerBlock({ attention, feedForward, attentionNorm: norm(), feedForwardNorm: norm() })];
    initialize(this, { seed: 1 });
  }

  override forward(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor3D {
    let x = this.tokens.forward(ids, context);
    for (const block of this.blocks) x = block.forward(x, context);
    return this.head.forward(x, context);
  }
}

const train = TokenDataset.fromTokens(tinyTokens(60), { sequenceLength: 4 });
const fit = (store: MemoryFileStore, model: LayeredModel, steps: number): PromiseLike<TrainingResult> =>
  new Trainer(model, {
    optimizer: adamW({ learningRate: 0.01 }),
    batchSize: 2,
    steps,
    checkpoint: { directory: store, everySteps: 1 },
  }).fit({ train });

describe('a checkpoint of a model', () => {
  it.each<[string, Changes, string]>([
    ['heads', { numHeads: 3 }, 'blocks.0.attention.numHeads: 2 in the checkpoint, 3 now'],
    [
      'activation',
      { activation: 'relu' },
      'received blocks.0.feedForward.activation: gelu in the checkpoint, relu now',
    ],
    ['dropout', { dropout: 0.5 }, 'received blocks.0.attention.dropout: 0 in the checkpoint, 0.5 now'],
    ['eps', { eps: 0.1 }, 'received blocks.0.attentionNorm.eps: 0.00001 in the checkpoint, 0.1 now'],
  ])('is refused by one with other %s', async (_, changes, words) => {
    const store = new MemoryFileStore();
    await fit(store, new LayeredModel({}), 1);
    const failure: unknown = await Promise.resolve(fit(store, new LayeredModel(changes), 2)).catch(
      (error: unknown) => error,
    );
    expect(CheckpointError.isInstance(failure)).toBe(true);
    expect((failure as Error).message).toContain(words);
  });

  it('is resumed by an equal one, also where saving gave it a fingerprint of a tokenizer', async () => {
    const store = new MemoryFileStore();
    await fit(store, new LayeredModel({ dropout: 0.1 }), 1);
    const equal = new LayeredModel({ dropout: 0.1 });
    equal.tokenizerFingerprint = 'abc';
    expect(await fit(store, equal, 2)).toMatchObject({ steps: 2 });
    const whole = await fit(new MemoryFileStore(), new LayeredModel({ dropout: 0.1 }), 2);
    expect((await fit(store, equal, 2)).trainLoss).toBe(whole.trainLoss);
  });
});
