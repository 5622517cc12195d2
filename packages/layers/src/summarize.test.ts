import { expect, test } from 'vitest';
import { FeedForward } from './feed-forward.ts';
import { setTrainable } from './set-trainable.ts';
import { summarize } from './summarize.ts';

test('summarize lists parameters before they have values, with their sums and an aligned table', () => {
  const layer = new FeedForward({ embedDim: 16, intermediateDim: 100 });
  setTrainable(layer, false, (path) => path.startsWith('up'));
  const summary = summarize(layer);
  expect(summary.rows[0]).toEqual({
    path: 'up.weight',
    type: 'Linear',
    shape: [100, 16],
    parameters: 1600,
    trainable: false,
  });
  expect(summary.parameters).toBe(3316);
  expect(summary.trainable).toBe(1616);
  expect(summary.table).toBe(
    [
      'parameter    layer   shape      elements',
      'up.weight    Linear  [100, 16]     1,600  frozen',
      'up.bias      Linear  [100]           100  frozen',
      'down.weight  Linear  [16, 100]     1,600',
      'down.bias    Linear  [16]             16',
      'total                              3,316',
      'trainable                          1,616',
    ].join('\n'),
  );
});
