import { describeOps } from '@gptloom/conformance';

await describeOps('node');
