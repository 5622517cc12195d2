import { elsewhereRow, type BackendRow } from './backend-row.ts';
import { simd } from './backends/simd.ts';
import { tensorflowRow } from './backends/tensorflow.node.ts';
import { tfjsCpu } from './backends/tfjs-cpu.ts';
import { wasmRow, type WasmPackage } from './backends/wasm.ts';
import { webgpu } from './backends/webgpu.node.ts';
import { hasPackage, importPackage } from './node-package.ts';

const wasmPackage = '@tensorflow/tfjs-backend-wasm';

/** The table of Node, Bun and Deno, best first. */
export const backendRows: readonly BackendRow[] = [
  webgpu,
  tensorflowRow('node-gpu', '@tensorflow/tfjs-node-gpu'),
  elsewhereRow('webgl', 'gpu', 'for browsers only', "use selectBackend('webgpu') in Node"),
  simd,
  tensorflowRow('node', '@tensorflow/tfjs-node'),
  wasmRow(
    async () =>
      hasPackage(wasmPackage) ? undefined : { reason: 'not installed', remedy: `npm install ${wasmPackage}` },
    async () => (await importPackage(wasmPackage)) as WasmPackage,
  ),
  tfjsCpu,
];
