import * as tf from '@tensorflow/tfjs';
import { ConfigError } from '@gptloom/core';
import { expect, test } from 'vitest';
import { columns } from '../test/helpers.ts';
import { FeedForward } from './feed-forward.ts';
import { createForwardContext } from './forward-context.ts';
import { Linear } from './linear.ts';

const root = new FeedForward({ embedDim: 4 });
const make = (options: Partial<Parameters<typeof createForwardContext>[1]> = {}) =>
  createForwardContext(root, { positions: columns(2, 3), ...options });

test('a context knows the paths below its root, and refuses what is not there', () => {
  expect(make().path(root.down)).toBe('down');
  expect(() => make().path(new Linear({ inDim: 1, outDim: 1 }))).toThrow(ConfigError);
});

test('keys differ by module, draw, step, seed and row, and by nothing else', () => {
  const key = (...[options, module, draw]: [Parameters<typeof make>[0], Linear, string]) =>
    make(options).key(module, draw).join();
  const base = key({}, root.up, 'a');
  expect(key({ training: true, globalRows: [0, 1] }, root.up, 'a')).toBe(base);
  const others = [
    key({}, root.down, 'a'),
    key({}, root.up, 'b'),
    key({ step: 1 }, root.up, 'a'),
    key({ seed: 1 }, root.up, 'a'),
    key({ globalRows: [1, 0] }, root.up, 'a'),
  ];
  expect(new Set([base, ...others]).size).toBe(6);
  expect([...make().key(root.up, 'a').slice(2)]).toEqual([
    ...make({ globalRows: [1] })
      .key(root.up, 'a')
      .slice(0, 2),
  ]);
});

test('auxiliary losses are counted once, also when a block is computed again', () => {
  const context = make();
  context.addLoss(root.up, tf.scalar(1));
  context.addLoss(root.down, tf.scalar(2));
  context.addLoss(root.up, tf.scalar(1));
  expect([...context.auxiliaryLosses.values()].map((loss) => loss.dataSync()[0])).toEqual([1, 2]);
});

test('an adapter that no layer has is refused', () => {
  expect(() => make({ adapter: 'style' })).toThrow(/"style"; try: leave it out/);
});
