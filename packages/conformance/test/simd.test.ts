import { describeModel, describeOps } from '@gptloom/conformance';

await describeOps('simd');
await describeModel('simd');
