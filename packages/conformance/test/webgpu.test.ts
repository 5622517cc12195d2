import { describeModel, describeOps } from '@gptloom/conformance';

// Every new shape compiles shaders, and without a GPU those are compiled for the CPU.
await describeOps('webgpu', { randomCases: 5 });
await describeModel('webgpu');
