import { availableParallelism } from 'node:os';
import { configurations, gigaflopOfStep } from './contestants/configurations.ts';
import type { Benchmark, Comparison, ContestantPlan } from './harness/benchmark.ts';

type ConfigurationName = keyof typeof configurations;

/** Peers are measured with one thread or all, whichever is faster. */
const threads = [...new Set([1, availableParallelism()])];
const reference = 'PyTorch, eager';

/** One training step beside plain TensorFlow.js, PyTorch and JAX. */
export const trainingStep: Benchmark = {
  name: 'training-step',
  description: 'a training step of a GPT: forward, backward, clip to norm 1, AdamW, float32',
  comparisons: async ({ slow }) => (['A', 'B', 'C'] as const).map((name) => comparisonOf(name, slow)),
};

function comparisonOf(name: ConfigurationName, slow: boolean): Comparison {
  const shape = configurations[name];
  const { numLayers, numHeads, embedDim, maxSeqLen, batchSize, vocabSize } = shape;
  const configuration = JSON.stringify(shape);
  const ours = (backend: string): ContestantPlan => ({
    name: `gptloom, ${backend}`,
    program: { contestant: 'gptloom-training-step', parameters: [backend, configuration] },
  });
  const plain = (backend: string): ContestantPlan => ({
    name: `plain TensorFlow.js, ${backend}`,
    program: { contestant: 'tfjs-training-step', parameters: [backend, configuration] },
  });
  const torch = (mode: string): ContestantPlan => ({
    name: `PyTorch, ${mode}`,
    program: { python: 'torch_training_step.py', parameters: [configuration, mode] },
    threads,
  });
  const jax = { name: 'JAX', program: { python: 'jax_training_step.py', parameters: [configuration] }, threads };
  // What takes seconds a step, or more memory than many machines have, only on request.
  const small = name === 'A' || slow;
  return {
    title:
      `${name}: ${numLayers} layers, ${numHeads} heads, dim ${embedDim}, context ${maxSeqLen}, batch ${batchSize}, ` +
      `vocabulary ${vocabSize}`,
    unit: 'ms',
    better: 'lower',
    figure: (milliseconds) => milliseconds,
    gigaflop: gigaflopOfStep(shape),
    reference,
    contestants: [
      ours('simd'),
      ...(small ? [ours('node'), ours('wasm')] : []),
      ...(slow && name === 'A' ? [ours('tfjs-cpu')] : []),
      ...(small ? [plain('wasm')] : []),
      ...(name !== 'C' || slow ? [plain('node')] : []),
      torch('eager'),
      torch('compiled'),
      jax,
    ],
  };
}
