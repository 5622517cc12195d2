import { ConfigError } from '@gptloom/core';
import { expect, test } from 'vitest';
import { FeedForward } from './feed-forward.ts';
import { namedParameters } from './module-tree.ts';
import { setTrainable } from './set-trainable.ts';

test('setTrainable freezes and thaws what the selector picks', () => {
  const layer = new FeedForward({ embedDim: 4 });
  const frozen = (): string[] =>
    [...namedParameters(layer)].filter(([, parameter]) => !parameter.trainable).map(([path]) => path);
  setTrainable(layer, false);
  expect(frozen()).toEqual(['up.weight', 'up.bias', 'down.weight', 'down.bias']);
  setTrainable(layer, true, (path) => path.startsWith('down'));
  expect(frozen()).toEqual(['up.weight', 'up.bias']);
  setTrainable(layer, true, (_path, parameter) => parameter.role === 'bias');
  expect(frozen()).toEqual(['up.weight']);
  expect(() => setTrainable(layer, false, () => false)).toThrow(ConfigError);
});
