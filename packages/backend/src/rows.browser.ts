import { elsewhereRow, type BackendRow } from './backend-row.ts';
import { simd } from './backends/simd.ts';
import { tfjsCpu } from './backends/tfjs-cpu.ts';
import { wasm } from './backends/wasm.browser.ts';
import { webgl } from './backends/webgl.browser.ts';
import { webgpu } from './backends/webgpu.browser.ts';

/** The table of browsers, best first. Nothing reachable from here mentions a native package. */
export const backendRows: readonly BackendRow[] = [
  webgpu,
  elsewhereRow('node-gpu', 'gpu', 'for Node only', "use selectBackend('webgpu') in browsers"),
  webgl,
  simd,
  elsewhereRow('node', 'cpu', 'for Node only', "use selectBackend('simd') in browsers"),
  wasm,
  tfjsCpu,
];
