import * as tf from '@tensorflow/tfjs';
import { ConfigError, DisposedError, ShapeError } from '@gptloom/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { tensorsLeftBy } from '../test/helpers.ts';
import { KeyValueCache } from './key-value-cache.ts';
import { Linear } from './linear.ts';

const module = new Linear({ inDim: 1, outDim: 1 });
/** Keys whose only number names their row and token. */
const tokens = (rows: number[][]): tf.Tensor4D => tf.tensor4d(rows.flat(), [rows.length, rows[0]!.length, 1, 1]);
const read = (tensor: tf.Tensor4D): number[][] => (tensor.arraySync() as number[][][][]).map((row) => row.flat(2));
const list = (tensor: tf.Tensor | undefined): unknown => tensor?.arraySync();

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('KeyValueCache', () => {
  test('rows of equal length need no masks', () => {
    const cache = new KeyValueCache({ capacity: 4 });
    expect(cache.lengths).toEqual([]);
    const first = cache.append(module, tokens([[1, 2]]), tokens([[-1, -2]]));
    expect(read(first.key)).toEqual([[1, 2]]);
    cache.advance();
    const second = cache.append(module, tokens([[3]]), tokens([[-3]]));
    expect(read(second.key)).toEqual([[1, 2, 3]]);
    expect(read(second.value)).toEqual([[-1, -2, -3]]);
    expect(second.keyLengths).toBeUndefined();
    expect(first.queryPositions).toBeUndefined();
    expect(list(second.queryPositions)).toEqual([[2]]);
    cache.advance();
    expect(cache.lengths).toEqual([3]);
    cache.dispose();
  });

  test.each([
    [
      'right',
      [
        [1, 2, 3],
        [11, 99, 99],
      ],
    ],
    [
      'left',
      [
        [1, 2, 3],
        [99, 99, 11],
      ],
    ],
  ] as const)('prompts of different lengths, padded on the %s, fill their rows without holes', (padding, prompts) => {
    const cache = new KeyValueCache({ capacity: 5 });
    cache.startPass({ counts: [3, 1], padding });
    const rows = prompts.map((row) => [...row]);
    const first = cache.append(module, tokens(rows), tokens(rows));
    expect(read(first.key)[0]).toEqual([1, 2, 3]);
    expect(read(first.key)[1]![0]).toBe(11);
    expect(list(first.keyLengths)).toEqual([3, 1]);
    expect(list(first.queryPositions)).toEqual([
      [0, 1, 2],
      [0, 0, 0],
    ]);
    cache.advance();
    expect(cache.lengths).toEqual([3, 1]);

    const second = cache.append(module, tokens([[4], [12]]), tokens([[4], [12]]));
    expect(read(second.key)[0]).toEqual([1, 2, 3, 4]);
    expect(read(second.value)[1]!.slice(0, 2)).toEqual([11, 12]);
    expect(list(second.keyLengths)).toEqual([4, 2]);
    expect(list(second.queryPositions)).toEqual([[3], [1]]);
    cache.advance();

    // A row that is finished waits: nothing is added to it.
    cache.startPass({ counts: [0, 1] });
    const third = cache.append(module, tokens([[99], [13]]), tokens([[99], [13]]));
    expect(read(third.key)[0]).toEqual([1, 2, 3, 4]);
    expect(read(third.key)[1]!.slice(0, 3)).toEqual([11, 12, 13]);
    expect(list(third.keyLengths)).toEqual([4, 3]);
    cache.advance();
    expect(cache.lengths).toEqual([4, 3]);
    cache.dispose();
  });

  test('padding on the right may be declared after the pass', () => {
    const cache = new KeyValueCache({ capacity: 4 });
    const rows = [
      [1, 2],
      [11, 99],
    ];
    cache.append(module, tokens(rows), tokens(rows));
    cache.advance([2, 1]);
    const next = cache.append(module, tokens([[3], [12]]), tokens([[3], [12]]));
    expect(read(next.key)[0]).toEqual([1, 2, 3]);
    expect(read(next.key)[1]!.slice(0, 2)).toEqual([11, 12]);
    expect(list(next.keyLengths)).toEqual([3, 2]);
    cache.dispose();
  });

  test('a pass that failed half way is repeated', () => {
    const cache = new KeyValueCache({ capacity: 4 });
    cache.append(module, tokens([[1]]), tokens([[1]]));
    cache.advance();
    cache.append(module, tokens([[2]]), tokens([[2]]));
    cache.startPass({ counts: [1] });
    const again = cache.append(module, tokens([[3]]), tokens([[3]]));
    expect(read(again.key)).toEqual([[1, 3]]);
    cache.dispose();
  });

  test('owns its tensors, also inside a tidy, and frees all of them', () => {
    expect(
      tensorsLeftBy(() => {
        const cache = new KeyValueCache({ capacity: 4 });
        for (const counts of [
          [2, 1],
          [1, 1],
        ]) {
          tf.tidy(() => {
            cache.startPass({ counts });
            const added = tf.ones([2, Math.max(...counts), 1, 1]) as tf.Tensor4D;
            cache.append(module, added, added);
          });
          cache.advance();
        }
        expect(tf.memory().numTensors).toBeGreaterThan(0);
        cache.dispose();
        cache[Symbol.dispose]();
      }),
    ).toBe(0);
  });

  test('frees the keys where the values can not be stored', () => {
    expect(
      tensorsLeftBy(() => {
        const cache = new KeyValueCache({ capacity: 4 });
        tf.tidy(() => {
          cache.append(module, tokens([[1]]), tokens([[1]]));
        });
        cache.advance();
        const wider = tf.ones([1, 1, 1, 2]) as tf.Tensor4D;
        tf.tidy(() => {
          expect(() => cache.append(module, tokens([[2]]), wider)).toThrow(ShapeError);
          cache.startPass({ counts: [1] });
          expect(read(cache.append(module, tokens([[3]]), tokens([[3]])).key)).toEqual([[1, 3]]);
        });
        wider.dispose();
        cache.dispose();
      }),
    ).toBe(0);
  });

  test('appends and attends in one where rows are even, between passes that append', () => {
    const cache = new KeyValueCache({ capacity: 8 });
    const packed = (...keys: number[]): tf.Tensor3D =>
      tf.tensor3d(
        keys.flatMap((key) => [0, key, -key]),
        [1, keys.length, 3],
      );
    cache.append(module, tokens([[1, 2]]), tokens([[-1, -2]]));
    cache.advance();
    expect(cache.isEven(2)).toBe(true);
    const mixed = cache.attend(module, packed(3, 4), { heads: 1 });
    // A query of zeros takes the mean of the values that it sees.
    expect(mixed.arraySync()).toEqual([[[-2], [-2.5]]]);
    cache.advance([1]);
    // Of the pass before one token was padding, whose slot is taken anew.
    expect(cache.attend(module, packed(7), { heads: 1 }).arraySync()).toEqual([[[-13 / 4]]]);
    cache.advance();
    const last = cache.append(module, tokens([[8]]), tokens([[-8]]));
    expect([read(last.key), read(last.value)]).toEqual([[[1, 2, 3, 7, 8]], [[-1, -2, -3, -7, -8]]]);
    expect(list(last.queryPositions)).toEqual([[4]]);
    cache.dispose();
  });

  test('leaves padding and rows of different lengths to append', () => {
    const cache = new KeyValueCache({ capacity: 4 });
    const packed = tf.zeros([2, 2, 3]) as tf.Tensor3D;
    cache.startPass({ counts: [2, 1] });
    expect([cache.isEven(2), cache.isEven(1)]).toEqual([false, false]);
    expect(() => cache.attend(module, packed, { heads: 1 })).toThrow(/rows of equal length without padding/);
    cache.startPass({ counts: [2, 2] });
    expect(cache.isEven(2)).toBe(true);
    cache.attend(module, packed, { heads: 1 });
    expect(() => cache.attend(module, packed, { heads: 1 })).toThrow(/appends once/);
    const other = new Linear({ inDim: 1, outDim: 1 });
    expect(() => cache.attend(other, tf.zeros([2, 1, 3]), { heads: 1 })).toThrow(/shape \[2, 2, \(heads/);
    cache.advance([2, 1]);
    expect(cache.isEven(1)).toBe(false);
    expect(() => cache.attend(other, tf.zeros([2, 1, 3]), { heads: 1 })).toThrow(/append\(\) takes others/);
    cache.dispose();
    expect(() => cache.attend(module, packed, { heads: 1 })).toThrow(DisposedError);
  });

  test('serves several streams of one module', () => {
    const streams = [new KeyValueCache({ capacity: 2 }), new KeyValueCache({ capacity: 2 })];
    const seen = streams.map((stream, i) => {
      stream.append(module, tokens([[i]]), tokens([[i]]));
      stream.advance();
      return read(stream.append(module, tokens([[9]]), tokens([[9]])).key);
    });
    expect(seen).toEqual([[[0, 9]], [[1, 9]]]);
    for (const stream of streams) stream.dispose();
  });

  test('says what is wrong', () => {
    expect(() => new KeyValueCache({ capacity: 0 })).toThrow(ConfigError);
    const cache = new KeyValueCache({ capacity: 2 });
    const one = tokens([[1]]);
    expect(() => cache.advance()).toThrow(/follows a forward pass/);
    expect(() => cache.startPass({ counts: [3] })).toThrow(/can hold 2 tokens; received 0 \+ 3 tokens in row 0/);
    expect(() => cache.startPass({ counts: [-1] })).toThrow(ConfigError);
    cache.append(module, one, one);
    expect(() => cache.append(module, one, one)).toThrow(/appends once/);
    expect(() => cache.append(new Linear({ inDim: 1, outDim: 1 }), tokens([[1, 2]]), tokens([[1, 2]]))).toThrow(
      ShapeError,
    );
    expect(() => cache.advance([2])).toThrow(/at most the new tokens/);
    cache.advance();
    expect(() => cache.append(new Linear({ inDim: 1, outDim: 1 }), one, one)).toThrow(/missed 1 tokens/);
    expect(() => cache.append(module, tokens([[1], [2]]), tokens([[1], [2]]))).toThrow(ShapeError);
    expect(() => cache.append(module, tokens([[1, 2]]), tokens([[1, 2]]))).toThrow(/can hold 2 tokens/);
    cache.dispose();
    expect(() => cache.append(module, one, one)).toThrow(DisposedError);
    expect(() => cache.advance()).toThrow(DisposedError);
    expect(() => cache.startPass({ counts: [1] })).toThrow(DisposedError);
  });
});
