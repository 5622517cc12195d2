import type { BackendName } from 'gptloom';
import type { Benchmark, ContestantPlan } from './harness/benchmark.ts';

const newTokens = 64;
const backends: readonly BackendName[] = ['simd', 'node', 'wasm'];
const nameOf = (backend: BackendName, cache: string): string => `gptloom, ${backend}, ${cache}`;

/** Milliseconds a generated token, with and without the cache of keys and values. */
export const generation: Benchmark = {
  name: 'generation',
  description: 'a small model: 4 layers, 4 heads, dim 128, vocabulary 1024, float32, batch 1',
  comparisons: async () => [
    {
      title: `${newTokens} tokens after a prompt of 32, the prompt included`,
      unit: 'ms/token',
      better: 'lower',
      figure: (milliseconds) => milliseconds / newTokens,
      reference: nameOf('wasm', 'no cache'),
      contestants: backends.flatMap((backend) =>
        ['cache', 'no cache'].map((cache): ContestantPlan => {
          const parameters = [backend, cache, String(newTokens)];
          return { name: nameOf(backend, cache), program: { contestant: 'gptloom-generation', parameters } };
        }),
      ),
    },
  ],
};
