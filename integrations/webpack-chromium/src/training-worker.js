// Trains beside the page, with as many threads as the page says.
self.onmessage = async ({ data: threads }) => {
  const { loadSimdBackend } = await import('@gptloom/backend-simd');
  const { train } = await import('./train.js');
  await loadSimdBackend({ threads });
  self.postMessage(await train());
};
