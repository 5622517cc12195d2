import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Dropout, FeedForward, LayerNorm, Module, SelfAttention, TransformerBlock } from '@gptloom/layers';
import { describeModules } from './describe-modules.ts';

beforeAll(() => tf.setBackend('cpu'));

class Holder extends Module {
  readonly rate: number;
  readonly dropout = new Dropout({ rate: 0.25 });
  readonly names: readonly string[];
  readonly table: readonly number[];
  readonly bound = Infinity;
  readonly zero = -0;
  readonly none: number | undefined = undefined;
  readonly empty: readonly number[] = [];
  readonly options = { a: 1 };
  tokenizerFingerprint: string | undefined;

  constructor(rate = 1, table: readonly number[] = [1, 2]) {
    super();
    this.rate = rate;
    this.names = ['x', 'y, z'];
    this.table = table;
  }

  forward(x: tf.Tensor): tf.Tensor {
    return x;
  }
}

describe('describeModules', () => {
  it('names classes and fields in sorted order, without what comes and goes', () => {
    const holder = new Holder();
    const described = describeModules(holder);
    expect(Object.entries(described)).toEqual([
      ['class of the model', 'Holder'],
      ['model bound', 'Infinity'],
      ['model names', '["x", "y, z"]'],
      ['model rate', 1],
      ['model table', '[1, 2]'],
      ['model zero', '-0'],
      ['class of dropout', 'Dropout'],
      ['dropout.rate', 0.25],
    ]);
    holder.tokenizerFingerprint = 'abc';
    expect(describeModules(holder)).toEqual(described);
    expect(JSON.parse(JSON.stringify(described))).toEqual(described);
  });

  it('takes the name that a class has for checkpoints, which a class that extends it does not have', () => {
    class Fa extends Holder {
      static override readonly className: string = 'Gated';
    }
    class Sub extends Fa {}
    expect(describeModules(new Fa())['class of the model']).toBe('Gated');
    expect(describeModules(new Sub())['class of the model']).toBe('Sub');
    class Dropped extends Dropout {}
    expect(describeModules(new Dropped({ rate: 0 }))['class of the model']).toBe('Dropped');
  });

  it('shortens long values and still tells them apart', () => {
    const numbers = Array.from({ length: 10_000 }, (_, i) => i);
    const long = describeModules(new Holder(1, numbers))['model table'] as string;
    expect(long.length).toBeLessThan(200);
    expect(describeModules(new Holder(1, [...numbers]))['model table']).toBe(long);
    expect(describeModules(new Holder(1, [...numbers.slice(0, -1), 0]))['model table']).not.toBe(long);
  });

  it('stays small for a model of 48 layers', () => {
    class Stack extends Holder {
      readonly blocks = Array.from({ length: 48 }, () => {
        const norm = (): LayerNorm => new LayerNorm({ embedDim: 4 });
        const attention = new SelfAttention({ embedDim: 4, numHeads: 2 });
        const feedForward = new FeedForward({ embedDim: 4 });
        return new TransformerBlock({ attention, feedForward, attentionNorm: norm(), feedForwardNorm: norm() });
      });
    }
    const described = describeModules(new Stack());
    expect(described['blocks.47.attention.numHeads']).toBe(2);
    expect(JSON.stringify(described).length).toBeLessThan(100_000);
  });
});
