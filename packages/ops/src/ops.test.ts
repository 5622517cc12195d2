import * as tf from '@tensorflow/tfjs';
import { ConfigError, ShapeError } from '@gptloom/core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  attention,
  attentionWeights,
  dropout,
  embedding,
  gelu,
  layerNorm,
  linear,
  linearCrossEntropy,
  rmsNorm,
  swiglu,
} from './index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const float = (...shape: number[]): tf.Tensor => tf.ones(shape);
const int = (...shape: number[]): tf.Tensor => tf.zeros(shape, 'int32');
const matrix = (...shape: [number, number]): tf.Tensor2D => tf.ones(shape);
const vector = (size: number): tf.Tensor1D => tf.ones([size]);
const heads = (...shape: [number, number, number, number]): tf.Tensor4D => tf.ones(shape);
const keys = (rows: number): Uint32Array => new Uint32Array(2 * rows);

describe('bad inputs are refused at the door', () => {
  const refused: [string, () => unknown, string][] = [
    [
      'linear, inner sizes',
      () => linear(float(2, 3), matrix(4, 5)),
      'linear: x must be float32 [..., 5]; received float32 [2, 3]',
    ],
    ['linear, dtype', () => linear(int(2, 5), matrix(4, 5)), 'received int32 [2, 5]'],
    ['linear, scalar', () => linear(tf.scalar(1), matrix(4, 5)), 'linear: x must be'],
    ['linear, bias', () => linear(float(2, 5), matrix(4, 5), vector(5)), 'linear: bias must be float32 [4]'],
    ['embedding, ids', () => embedding(float(2), matrix(4, 5)), 'embedding: ids must be int32 [...]'],
    ['embedding, weight', () => embedding(int(2), float(4, 5, 6) as tf.Tensor2D), 'embedding: weight must be'],
    ['layerNorm, x', () => layerNorm(float(2, 3), vector(4), undefined, { eps: 1e-5 }), 'layerNorm: x must be'],
    ['layerNorm, bias', () => layerNorm(float(2, 4), vector(4), vector(3), { eps: 1e-5 }), 'layerNorm: bias must be'],
    [
      'rmsNorm, weight',
      () => rmsNorm(float(2, 3), matrix(1, 3) as unknown as tf.Tensor1D, { eps: 1e-5 }),
      'rmsNorm: weight',
    ],
    ['gelu, dtype', () => gelu(int(2)), 'gelu: x must be float32'],
    ['swiglu, shapes', () => swiglu(float(2, 3), float(3, 2)), 'swiglu: up must be float32 [2, 3]'],
    ['dropout, keys', () => dropout(float(3, 2), { rate: 0.1, keys: keys(2) }), 'received 4 words for 3 rows'],
    ['dropout, scalar', () => dropout(tf.scalar(1), { rate: 0.1, keys: keys(0) }), 'for no rows'],
    [
      'loss, sizes',
      () => linearCrossEntropy(matrix(2, 3), matrix(5, 4), int(2) as tf.Tensor1D),
      'hidden must be float32 [tokens, 4]',
    ],
    [
      'loss, targets',
      () => linearCrossEntropy(matrix(2, 3), matrix(5, 3), int(3) as tf.Tensor1D),
      'targets must be int32 [2]',
    ],
    [
      'attention, rank',
      () => attention(float(2, 3, 4) as tf.Tensor4D, heads(2, 3, 4, 5), heads(2, 3, 4, 5)),
      'attention: query',
    ],
    [
      'attention, value time',
      () => attention(heads(2, 3, 4, 5), heads(2, 3, 4, 5), heads(2, 2, 4, 5)),
      'attention: value',
    ],
    [
      'attention, heads',
      () => attention(heads(2, 3, 4, 5), heads(2, 3, 3, 5), heads(2, 3, 3, 5)),
      'heads 4, kvHeads 3',
    ],
    [
      'attention, positions left to guess',
      () => attention(heads(1, 1, 2, 4), heads(1, 3, 2, 4), heads(1, 3, 2, 4)),
      'queryPositions must be given',
    ],
    [
      'attention, segments across lengths',
      () =>
        attention(heads(1, 1, 2, 4), heads(1, 3, 2, 4), heads(1, 3, 2, 4), {
          causal: false,
          segmentIds: int(1, 3) as tf.Tensor2D,
        }),
      'segmentIds need as many queries as keys',
    ],
    [
      'attention, slopes',
      () => attention(heads(1, 3, 2, 4), heads(1, 3, 2, 4), heads(1, 3, 2, 4), { alibiSlopes: [1] }),
      'alibiSlopes must have one number for each head',
    ],
    [
      'attention, dropout keys',
      () =>
        attention(heads(2, 3, 2, 4), heads(2, 3, 2, 4), heads(2, 3, 2, 4), { dropout: { rate: 0.1, keys: keys(1) } }),
      'attention dropout: keys must be',
    ],
  ];
  it.each(refused)('%s', (_, call, message) => {
    let error: unknown;
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
    expect(ShapeError.isInstance(error)).toBe(true);
    expect((error as Error).message).toContain(message);
  });

  it.each<[string, () => unknown]>([
    ['window', () => attention(heads(1, 3, 2, 4), heads(1, 3, 2, 4), heads(1, 3, 2, 4), { window: 0 })],
    ['softCap', () => linearCrossEntropy(matrix(2, 3), matrix(5, 3), int(2) as tf.Tensor1D, { softCap: -1 })],
    ['rate', () => dropout(float(1), { rate: 1, keys: keys(1) })],
    ['approximate', () => gelu(float(1), { approximate: 'erf' as 'none' })],
    ['eps', () => rmsNorm(float(2, 3), vector(3), { eps: -1 })],
    ['unknown', () => gelu(float(1), { approximation: 'tanh' } as object)],
  ])('option %s', (name, call) => {
    expect(call).toThrow(name === 'unknown' ? "no option 'approximation'" : name);
    expect(call).toThrow(ConfigError);
  });
});

describe('dropout', () => {
  const rowKeys = Uint32Array.of(1, 2, 3, 4, 5, 6);

  it('draws the mask of a row from its key alone, however rows are batched', () => {
    const whole = dropout(float(3, 50), { rate: 0.4, keys: rowKeys }).arraySync() as number[][];
    const parts = [0, 1, 2].flatMap(
      (row) =>
        dropout(float(1, 50), { rate: 0.4, keys: rowKeys.slice(2 * row, 2 * row + 2) }).arraySync() as number[][],
    );
    expect(parts).toEqual(whole);
    expect(whole[0]).not.toEqual(whole[1]);
  });

  it('keeps the mean and drops its share', () => {
    const values = dropout(float(1, 200_000), { rate: 0.3, keys: keys(1) }).dataSync<'float32'>();
    expect(values.filter((value) => value === 0).length / values.length).toBeCloseTo(0.3, 2);
    expect(values.reduce((a, b) => a + b) / values.length).toBeCloseTo(1, 2);
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
  });

  it('of rate 0 copies, so that both tensors have an owner', () => {
    const x = float(2, 2);
    const y = dropout(x, { rate: 0, keys: keys(2) });
    x.dispose();
    expect([...y.dataSync()]).toEqual([1, 1, 1, 1]);
  });
});

describe('attentionWeights', () => {
  it('sum to one, see nothing later, and mix values as attention does', () => {
    const query = tf.randomNormal<tf.Rank.R4>([2, 5, 4, 3], 0, 1, 'float32', 1);
    const key = tf.randomNormal<tf.Rank.R4>([2, 5, 2, 3], 0, 1, 'float32', 2);
    const value = tf.randomNormal<tf.Rank.R4>([2, 5, 2, 3], 0, 1, 'float32', 3);
    const options = { window: 3, softCap: 2, alibiSlopes: [0.5, 0.3, 0.2, 0.1] };
    const weights = attentionWeights(query, key, options);
    expect(weights.shape).toEqual([2, 4, 5, 5]);
    for (const total of tf.sum(weights, 3).dataSync()) expect(total).toBeCloseTo(1, 6);
    const rows = weights.arraySync();
    expect(rows[0]![0]!.map((row) => row.map((weight) => (weight > 0 ? 1 : 0)))).toEqual([
      [1, 0, 0, 0, 0],
      [1, 1, 0, 0, 0],
      [1, 1, 1, 0, 0],
      [0, 1, 1, 1, 0],
      [0, 0, 1, 1, 1],
    ]);
    // Query heads 0 and 1 share key head 0, heads 2 and 3 key head 1.
    const spread = tf.gather(value, tf.tensor1d([0, 0, 1, 1], 'int32'), 2).transpose([0, 2, 1, 3]);
    const mixed = tf.matMul(weights, spread).transpose([0, 2, 1, 3]);
    const difference = tf.max(tf.abs(tf.sub(mixed, attention(query, key, value, options))));
    expect(difference.dataSync()[0]).toBeLessThan(1e-6);
  });

  it('are zero where a query sees no key', () => {
    const x = heads(2, 3, 1, 2);
    const weights = attentionWeights(x, x, { causal: false, keyLengths: tf.tensor1d([0, 2], 'int32') });
    expect([...weights.dataSync()]).toEqual([
      ...new Array<number>(9).fill(0),
      ...[0.5, 0.5, 0],
      ...[0.5, 0.5, 0],
      ...[0.5, 0.5, 0],
    ]);
  });
});
