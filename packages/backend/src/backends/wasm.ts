import * as tf from '@tensorflow/tfjs';
import type { BackendRow, LoadContext, LoadedBackend, Rejection } from '../backend-row.ts';

/** The part of `@tensorflow/tfjs-backend-wasm` that is used. */
export interface WasmPackage {
  setWasmPaths(prefixOrFileMap: string | Record<string, string>): void;
  getThreadsCount(): number;
}

/** Stock WebAssembly of TensorFlow.js: one thread in Node; in browsers several where the page is cross-origin isolated. */
export function wasmRow(
  probe: () => Promise<Rejection | undefined>,
  importWasm: () => Promise<WasmPackage>,
): BackendRow {
  return { name: 'wasm', device: 'cpu', probe, load };

  async function load({ wasmPaths }: LoadContext): Promise<LoadedBackend> {
    const wasm = await importWasm();
    const running = 'wasm' in tf.engine().registry;
    if (wasmPaths !== undefined && !running) {
      wasm.setWasmPaths(typeof wasmPaths === 'string' ? wasmPaths : { ...wasmPaths });
    }
    const wide = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js could not start its wasm backend');
    // Builds without threads answer 0 or 1.
    const threads = Math.max(1, wasm.getThreadsCount());
    return {
      tensorflowName: 'wasm',
      description: `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}${wide === true ? ', 128-bit' : ', no SIMD'}`,
      deterministic: true,
      threads,
    };
  }
}
