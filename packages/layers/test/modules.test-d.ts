import type * as tf from '@tensorflow/tfjs';
import type { SelfAttention, TransformerBlock } from '@gptloom/layers';
import {
  Dropout,
  Embedding,
  FeedForward,
  LayerNorm,
  Linear,
  Module,
  namedParameters,
  RmsNorm,
  type AnyModule,
  type ForwardContext,
  type SubLayer,
} from '@gptloom/layers';
import { expectTypeOf, test } from 'vitest';

declare const x: tf.Tensor3D;
declare const rows: tf.Tensor2D;
declare const context: ForwardContext;

class Doubling extends Module<tf.Tensor3D, tf.Tensor3D> {
  readonly inner = new Linear({ inDim: 2, outDim: 2 });
  forward(input: tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
    return this.inner.forward(input, context);
  }
}
class Counting extends Module<string, number> {
  forward(input: string): number {
    return input.length;
  }
}

test('layers of the last dimension keep the rank of their input', () => {
  expectTypeOf(new Linear({ inDim: 2, outDim: 3 }).forward(x, context)).toEqualTypeOf<tf.Tensor3D>();
  expectTypeOf(new Linear({ inDim: 2, outDim: 3 }).forward(rows, context)).toEqualTypeOf<tf.Tensor2D>();
  expectTypeOf(new LayerNorm({ embedDim: 2 }).forward(x)).toEqualTypeOf<tf.Tensor3D>();
  expectTypeOf(new RmsNorm({ embedDim: 2 }).forward(rows)).toEqualTypeOf<tf.Tensor2D>();
  expectTypeOf(new Dropout({ rate: 0 }).forward(x, context)).toEqualTypeOf<tf.Tensor3D>();
  expectTypeOf(new Embedding({ vocabSize: 2, embedDim: 2 }).forward(rows)).toEqualTypeOf<tf.Tensor3D>();
});

test('built-in and custom layers are sub-layers of a block', () => {
  expectTypeOf<Linear>().toExtend<SubLayer>();
  expectTypeOf<LayerNorm>().toExtend<SubLayer>();
  expectTypeOf<SelfAttention>().toExtend<SubLayer>();
  expectTypeOf<FeedForward>().toExtend<SubLayer>();
  expectTypeOf<TransformerBlock>().toExtend<SubLayer>();
  expectTypeOf<Doubling>().toExtend<SubLayer>();
  expectTypeOf<Counting>().not.toExtend<SubLayer>();
  expectTypeOf<Embedding>().not.toExtend<SubLayer>();
});

test('the functions that walk the tree take any module', () => {
  expectTypeOf<Counting>().toExtend<AnyModule>();
  expectTypeOf<Linear>().toExtend<AnyModule>();
  expectTypeOf(namedParameters).parameter(0).toEqualTypeOf<AnyModule>();
});

test('a module must have forward, and options must be known', () => {
  // @ts-expect-error -- forward is missing
  class Empty extends Module {}
  // @ts-expect-error -- outDim is missing
  void new Linear({ inDim: 2 });
  // @ts-expect-error -- not an activation
  void new FeedForward({ embedDim: 2, activation: 'swish' });
  void Empty;
});
