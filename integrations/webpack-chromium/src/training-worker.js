// Trains beside the page, with as many threads as the page says.
import { loadSimdBackend } from '@gptloom/backend-simd';
import { train } from './train.js';

self.onmessage = async ({ data: threads }) => {
  await loadSimdBackend({ threads });
  self.postMessage(await train());
};
