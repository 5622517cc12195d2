import type { BackendRow } from '../backend-row.ts';

/** Plain JavaScript, part of TensorFlow.js: always there, and slow. */
export const tfjsCpu: BackendRow = {
  name: 'tfjs-cpu',
  device: 'cpu',
  probe: async () => undefined,
  load: async () => ({
    tensorflowName: 'cpu',
    description: 'CPU, 1 thread, plain JavaScript',
    deterministic: true,
    threads: 1,
  }),
};
