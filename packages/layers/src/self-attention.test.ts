import * as tf from '@tensorflow/tfjs';
import { ConfigError } from '@gptloom/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { contextFor, distance, noise, randomizeParameters, tensorsLeftBy } from '../test/helpers.ts';
import { KeyValueCache } from './key-value-cache.ts';
import { namedParameters } from './module-tree.ts';
import { SelfAttention, type SelfAttentionOptions } from './self-attention.ts';

const base: SelfAttentionOptions = { embedDim: 8, numHeads: 2 };
function make(options: Partial<SelfAttentionOptions> = {}): SelfAttention {
  const attention = new SelfAttention({ ...base, ...options });
  randomizeParameters(attention);
  return attention;
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('SelfAttention', () => {
  test('names its projections', () => {
    expect([...namedParameters(make({ bias: false })).keys()]).toEqual(['queryKeyValue.weight', 'output.weight']);
    const separate = make({ bias: false, projections: 'separate', numHeads: 4, numKvHeads: 2, headDim: 3 });
    expect([...namedParameters(separate)].map(([path, { shape }]) => [path, ...shape])).toEqual([
      ['query.weight', 12, 8],
      ['key.weight', 6, 8],
      ['value.weight', 6, 8],
      ['output.weight', 8, 12],
    ]);
  });

  test('a change of token t changes nothing before t, and something from t on', () => {
    const layers = [make(), make({ projections: 'separate', numHeads: 4, numKvHeads: 1 }), make({ window: 2 })];
    fc.assert(
      fc.property(fc.nat(2), fc.nat(5), fc.integer(), (which, token, seed) => {
        tf.tidy(() => {
          const attention = layers[which]!;
          const context = contextFor(attention, [1, 6]);
          const x = noise([1, 6, 8], seed);
          const mask = tf.reshape(tf.oneHot(tf.tensor1d([token], 'int32'), 6), [1, 6, 1]);
          const before = attention.forward(x, context).dataSync();
          const after = attention.forward(tf.add(x, tf.mul(mask, 3)), context).dataSync();
          expect(after.slice(0, token * 8)).toEqual(before.slice(0, token * 8));
          expect(distance(after.slice(token * 8), before.slice(token * 8))).toBeGreaterThan(1e-6);
        });
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  test('sees later tokens where it is not causal', () => {
    const attention = make({ causal: false });
    const context = contextFor(attention, [1, 3]);
    const x = noise([1, 3, 8], 1);
    const changed = tf.concat([tf.slice(x, [0, 0, 0], [1, 2, 8]), tf.ones([1, 1, 8])], 1) as tf.Tensor3D;
    const first = (y: tf.Tensor): Float32Array => y.dataSync().slice(0, 8) as Float32Array;
    expect(distance(first(attention.forward(x, context)), first(attention.forward(changed, context)))).toBeGreaterThan(
      1e-4,
    );
  });

  test.each([
    ['fused', {}],
    ['grouped heads', { projections: 'separate', numHeads: 4, numKvHeads: 2 }],
    ['window', { window: 3 }],
    ['soft cap', { softCap: 1 }],
  ] as const)('cached equals uncached, token by token and in pieces: %s', (_name, options) => {
    const attention = make(options);
    const x = noise([2, 6, 8], 4);
    const whole = attention.forward(x, contextFor(attention, [2, 6]));
    for (const pieces of [
      [1, 1, 1, 1, 1, 1],
      [3, 2, 1],
    ]) {
      using cache = new KeyValueCache({ capacity: 6 });
      let start = 0;
      for (const time of pieces) {
        const piece = tf.slice(x, [0, start, 0], [2, time, 8]);
        const output = attention.forward(piece, contextFor(attention, [2, time], { cache }));
        const expected = tf.slice(whole, [0, start, 0], [2, time, 8]);
        expect(distance(output.dataSync(), expected.dataSync())).toBeLessThan(1e-5);
        cache.advance();
        start += time;
      }
    }
  });

  test('the last tokens alone, with a cache, equal those of all', () => {
    const attention = make({ window: 4 });
    const x = noise([2, 6, 8], 4);
    const whole = attention.forward(x, contextFor(attention, [2, 6]));
    for (const [earlier, last] of [
      [0, 1],
      [0, 2],
      [3, 1],
      [3, 2],
    ] as const) {
      using cache = new KeyValueCache({ capacity: 6 });
      if (earlier > 0) {
        attention.forward(tf.slice(x, [0, 0, 0], [2, earlier, 8]), contextFor(attention, [2, earlier], { cache }));
        cache.advance();
      }
      const rest = tf.slice(x, [0, earlier, 0], [-1, -1, -1]);
      const context = contextFor(attention, [2, 6 - earlier], { cache });
      const output = attention.forwardOnto(tf.zeros([2, last, 8]), rest, context);
      const expected = tf.slice(whole, [0, 6 - last, 0], [-1, last, -1]);
      expect(output.shape).toEqual([2, last, 8]);
      expect(distance(output.dataSync(), expected.dataSync())).toBeLessThan(1e-5);
    }
  });

  test.each(['right', 'left'] as const)(
    'rows of different lengths equal each row alone, padded on the %s',
    (padding) => {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 3 }),
          fc.integer(),
          (counts, seed) => {
            tf.tidy(() => {
              const attention = make({ window: seed % 2 === 0 ? 3 : undefined });
              const total = counts.map((count) => count + 2);
              const rows = total.map((time, row) => noise([1, time, 8], seed + row));
              const expected = rows.map((row) => attention.forward(row, contextFor(attention, [1, row.shape[1]])));
              using cache = new KeyValueCache({ capacity: 6 });
              const longest = Math.max(...counts);
              const padded = rows.map((row, i) => {
                const prompt = tf.slice(row, [0, 0, 0], [1, counts[i]!, 8]);
                const fill = tf.fill([1, longest - counts[i]!, 8], 5);
                return tf.concat(padding === 'left' ? [fill, prompt] : [prompt, fill], 1);
              });
              cache.startPass({ counts, padding });
              const size = [counts.length, longest] as const;
              const prompt = attention.forward(
                tf.concat(padded, 0) as tf.Tensor3D,
                contextFor(attention, size, { cache }),
              );
              cache.advance();
              const outputs = counts.map((count, i) => [
                tf.slice(prompt, [i, padding === 'left' ? longest - count : 0, 0], [1, count, 8]),
              ]);
              for (let step = 0; step < 2; step++) {
                const next = rows.map((row, i) => tf.slice(row, [0, counts[i]! + step, 0], [1, 1, 8]));
                const context = contextFor(attention, [counts.length, 1], { cache });
                const output = attention.forward(tf.concat(next, 0) as tf.Tensor3D, context);
                cache.advance();
                outputs.forEach((pieces, i) => pieces.push(tf.slice(output, [i, 0, 0], [1, 1, 8])));
              }
              expect(cache.lengths).toEqual(total);
              outputs.forEach((pieces, i) => {
                expect(distance(tf.concat(pieces, 1).dataSync(), expected[i]!.dataSync())).toBeLessThan(1e-5);
              });
            });
          },
        ),
        { numRuns: 15, seed: 1 },
      );
    },
  );

  test('shows its attention weights to an observer that asks', () => {
    const attention = make();
    const seen: [string, string, tf.Tensor][] = [];
    const observer = (names: string[]) => ({
      names,
      see: (path: string, name: string, tensor: tf.Tensor) => void seen.push([path, name, tensor]),
    });
    attention.forward(noise([2, 3, 8], 1), contextFor(attention, [2, 3], { observer: observer(['something']) }));
    expect(seen).toEqual([]);
    attention.forward(noise([2, 3, 8], 1), contextFor(attention, [2, 3], { observer: observer(['attentionWeights']) }));
    const [path, name, weights] = seen[0]!;
    expect([path, name, weights.shape]).toEqual(['', 'attentionWeights', [2, 2, 3, 3]]);
    const sums = tf.sum(weights, -1).dataSync();
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
    const values = weights.dataSync();
    for (let i = 0; i < 36; i++) if (i % 3 > Math.floor(i / 3) % 3) expect(values[i]).toBe(0);
  });

  test('hides padding that keyLengths names', () => {
    const attention = make({ causal: false });
    const x = noise([1, 4, 8], 1);
    const keyLengths = tf.tensor1d([2], 'int32');
    const full = attention.forward(x, contextFor(attention, [1, 4], { keyLengths })).dataSync();
    const short = attention.forward(tf.slice(x, [0, 0, 0], [1, 2, 8]), contextFor(attention, [1, 2])).dataSync();
    expect(distance(full.slice(0, 16), short)).toBeLessThan(1e-6);
  });

  test('keeps documents of one row apart', () => {
    const attention = make();
    const x = noise([1, 4, 8], 1);
    const segmentIds = tf.tensor2d([[0, 0, 1, 1]], [1, 4], 'int32');
    const packed = attention.forward(x, contextFor(attention, [1, 4], { segmentIds })).dataSync();
    const second = attention.forward(tf.slice(x, [0, 2, 0], [1, 2, 8]), contextFor(attention, [1, 2])).dataSync();
    expect(distance(packed.slice(16), second)).toBeLessThan(1e-6);
  });

  test('drops attention weights in training only, the same for any batches', () => {
    const attention = make({ dropout: 0.5 });
    const plain = make();
    const x = noise([4, 5, 8], 1);
    const run = (layer: SelfAttention, start: number, rows: number, training: boolean, step = 0): Float32Array => {
      const globalRows = Array.from({ length: rows }, (_, i) => start + i);
      const context = contextFor(layer, [rows, 5], { training, globalRows, step, seed: 3 });
      return layer
        .forward(tf.slice(x, [start, 0, 0], [rows, 5, 8]), context)
        .dataSync()
        .slice() as Float32Array;
    };
    expect(run(attention, 0, 4, false)).toEqual(run(plain, 0, 4, false));
    const whole = run(attention, 0, 4, true);
    expect(distance(whole, run(plain, 0, 4, true))).toBeGreaterThan(0.1);
    expect(distance([...run(attention, 0, 2, true), ...run(attention, 2, 2, true)], whole)).toBeLessThan(1e-6);
    expect(distance(whole, run(attention, 0, 4, true, 1))).toBeGreaterThan(0.1);
  });

  test('says what is wrong', () => {
    expect(() => new SelfAttention({ embedDim: 10, numHeads: 3 })).toThrow(/divisible by numHeads/);
    expect(() => new SelfAttention({ embedDim: 12, numHeads: 3, numKvHeads: 2 })).toThrow(ConfigError);
    expect(() => new SelfAttention({ embedDim: 12, numHeads: 3, dropout: 1 })).toThrow(ConfigError);
    using cache = new KeyValueCache({ capacity: 4 });
    const attention = make({ causal: false });
    expect(() => attention.forward(noise([1, 2, 8], 1), contextFor(attention, [1, 2], { cache }))).toThrow(
      /causal: false/,
    );
  });

  test('leaves nothing but its output', () => {
    const attention = make({ dropout: 0.1 });
    const x = noise([2, 3, 8], 1);
    const context = contextFor(attention, [2, 3], { training: true });
    expect(tensorsLeftBy(() => tf.tidy(() => attention.forward(x, context)).dispose())).toBe(0);
  });
});
