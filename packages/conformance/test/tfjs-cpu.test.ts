import { describeModel, describeOps } from '@gptloom/conformance';

await describeOps('tfjs-cpu');
await describeModel('tfjs-cpu');
