import type { BackendName } from 'gptloom';
import { longPrompt, newTokens as gpt2Tokens, shortPrompt } from './contestants/gpt2-shape.ts';
import type { Benchmark, Comparison, ContestantPlan } from './harness/benchmark.ts';

const newTokens = 64;
const backends: readonly BackendName[] = ['simd', 'node', 'wasm'];
const nameOf = (backend: BackendName, cache: string): string => `gptloom, ${backend}, ${cache}`;

/** A small model, with and without the cache of keys and values. */
const smallModel: Comparison = {
  title: `4 layers, dim 128, vocabulary 1,024: ${newTokens} tokens after a prompt of 32, the prompt included`,
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
};

const gptloom = (work: string): ContestantPlan => ({
  name: 'gptloom, simd',
  program: { contestant: 'gptloom-gpt2-generation', parameters: ['simd', work] },
});
const peer = (name: string, python: string, ...parameters: readonly string[]): ContestantPlan => ({
  name,
  program: { python, parameters },
});

/** GPT-2's shape beside what people run on a processor today. */
const gpt2Comparisons = (scratch: string): readonly Comparison[] => [
  {
    title: `GPT-2's shape (124 million parameters): a token, after ${shortPrompt} to ${shortPrompt + gpt2Tokens} others`,
    unit: 'ms/token',
    better: 'lower',
    figure: (milliseconds) => milliseconds / gpt2Tokens,
    reference: 'onnxruntime',
    contestants: [
      gptloom('tokens'),
      peer('onnxruntime', 'onnxruntime_generation.py', scratch),
      peer('llama.cpp, F32', 'llama_cpp_generation.py', 'tokens', scratch),
      peer('PyTorch, plain loop', 'torch_generation.py', 'plain'),
      peer('PyTorch, transformers', 'torch_generation.py', 'tokens'),
      peer('PyTorch, sum of 498 MB', 'torch_generation.py', 'sum'),
    ],
  },
  {
    title: `GPT-2's shape: the first token after a prompt of ${longPrompt}`,
    unit: 'ms',
    better: 'lower',
    figure: (milliseconds) => milliseconds,
    reference: 'PyTorch, transformers',
    contestants: [
      gptloom('prompt'),
      peer('PyTorch, transformers', 'torch_generation.py', 'prompt'),
      peer('llama.cpp, F32', 'llama_cpp_generation.py', 'prompt', scratch),
    ],
  },
];

/** Milliseconds a generated token, and to the first one. */
export const generation: Benchmark = {
  name: 'generation',
  description: 'tokens one after the other, greedily, float32, batch 1',
  comparisons: async ({ scratch }) => [...gpt2Comparisons(scratch), smallModel],
};
