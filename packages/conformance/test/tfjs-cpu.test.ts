import { describeOps } from '@gptloom/conformance';

await describeOps('tfjs-cpu');
