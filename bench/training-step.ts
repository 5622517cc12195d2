import type { BackendName } from 'gptloom';
import type { Benchmark, ContestantPlan } from './harness/benchmark.ts';

const plainTensorFlow = 'plain TensorFlow.js, wasm';

/** One training step of configuration A beside plain TensorFlow.js and PyTorch. */
export const trainingStep: Benchmark = {
  name: 'training-step',
  description: 'a training step: 4 layers, 4 heads, dim 128, context 64, batch 12, vocabulary 65, float32',
  comparisons: async ({ slow }) => {
    const backends: readonly BackendName[] = ['simd', 'node', 'wasm', ...(slow ? (['tfjs-cpu'] as const) : [])];
    return [
      {
        title: 'forward, backward, clip, AdamW',
        unit: 'ms',
        better: 'lower',
        figure: (milliseconds) => milliseconds,
        reference: plainTensorFlow,
        contestants: [
          ...backends.map((backend): ContestantPlan => {
            return {
              name: `gptloom, ${backend}`,
              program: { contestant: 'gptloom-training-step', parameters: [backend] },
            };
          }),
          { name: plainTensorFlow, program: { contestant: 'tfjs-training-step', parameters: [] } },
          { name: 'PyTorch, eager', program: { python: 'torch_training_step.py', parameters: [] } },
        ],
      },
    ];
  },
};
