import { wasmRow, type WasmPackage } from './wasm.ts';

const importWasm = async (): Promise<WasmPackage | undefined> => {
  // A literal inside a try: bundlers split it off, and go on where the package is not installed.
  try {
    return await import('@tensorflow/tfjs-backend-wasm');
  } catch {
    return undefined;
  }
};

/** The wasm backend in browsers. Its `.wasm` files must be served: see `wasmPaths` of `selectBackend`. */
export const wasm = wasmRow(
  async () =>
    (await importWasm()) === undefined
      ? { reason: 'not installed', remedy: 'npm install @tensorflow/tfjs-backend-wasm, and bundle again' }
      : undefined,
  async () => {
    const found = await importWasm();
    if (found === undefined) throw new Error("Cannot find package '@tensorflow/tfjs-backend-wasm'");
    return found;
  },
);
