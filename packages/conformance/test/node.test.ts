import { describeModel, describeOps } from '@gptloom/conformance';

await describeOps('node');
await describeModel('node');
