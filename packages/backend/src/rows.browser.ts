import { elsewhereRow, type BackendRow } from './backend-row.ts';
import { tfjsCpu } from './backends/tfjs-cpu.ts';
import { wasm } from './backends/wasm.browser.ts';
import { webgl } from './backends/webgl.browser.ts';
import { webgpu } from './backends/webgpu.browser.ts';

/** The table of browsers, best first. Nothing reachable from here mentions a native package. */
export const backendRows: readonly BackendRow[] = [
  webgpu,
  elsewhereRow('node-gpu', 'gpu', 'for Node only', "use selectBackend('webgpu') in browsers"),
  webgl,
  elsewhereRow('simd', 'cpu', 'for Node only, so far', "use selectBackend('wasm') in browsers"),
  elsewhereRow('node', 'cpu', 'for Node only', "use selectBackend('wasm') in browsers"),
  wasm,
  tfjsCpu,
];
