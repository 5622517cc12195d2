import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { selfCheck } from './self-check.ts';
import { silenceBanner } from './silence-banner.ts';

it('passes on plain JavaScript and leaves no tensor behind', async () => {
  silenceBanner();
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  expect(await selfCheck()).toBeUndefined();
  expect(tf.memory().numTensors).toBe(before);
});
