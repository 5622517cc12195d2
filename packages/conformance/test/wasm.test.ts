import { describeModel, describeOps } from '@gptloom/conformance';

await describeOps('wasm');
await describeModel('wasm');
