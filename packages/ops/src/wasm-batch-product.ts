import * as tf from '@tensorflow/tfjs';

const kernelName = 'GptloomWasmBatchProduct';

/** Ids for views of parts of tensors: far above those that the backend counts up from 0, and free again after a call. */
const firstViewId = 2 ** 30;

interface WasmData {
  readonly memoryOffset: number;
}

/** What is used of the stock wasm backend, beside its public kernels. */
interface WasmBackend {
  readonly dataIdMap: { get(dataId: object): WasmData };
  readonly wasm: {
    cwrap(name: string, result: null, parameters: readonly string[]): (...values: unknown[]) => void;
    readonly tfjs: {
      registerTensor(id: number, size: number, memoryOffset: number): void;
      disposeData(id: number): void;
    };
  };
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
}

const shapeBytes = (rows: number, columns: number): Uint8Array =>
  new Uint8Array(Int32Array.of(1, rows, columns).buffer);

/**
 * The stock wasm backend multiplies fast (XNNPACK, above 20 GFLOP/s) only where the batch is one; batched products run a
 * scalar loop at 4 GFLOP/s, and cutting tensors with `tf.slice` costs more than it saves, since every slice copies the
 * whole. So this kernel goes through the batch with views of the parts.
 */
function kernel({ inputs, backend }: { inputs: tf.NamedTensorInfoMap; backend: unknown }): tf.TensorInfo {
  const { dataIdMap, wasm, makeOutput } = backend as WasmBackend;
  const a = inputs['a']!;
  const b = inputs['b']!;
  const [count, rows, inner] = a.shape as [number, number, number];
  const columns = b.shape[2]!;
  const out = makeOutput.call(backend, [count, rows, columns], 'float32');
  const multiply = wasm.cwrap('BatchMatMul', null, [
    ...['number', 'array', 'number', 'number', 'array', 'number'],
    ...['number', 'number', 'number'],
  ]);
  const aShape = shapeBytes(rows, inner);
  const bShape = shapeBytes(inner, columns);
  const parts = [
    { offset: dataIdMap.get(a.dataId).memoryOffset, size: rows * inner },
    { offset: dataIdMap.get(b.dataId).memoryOffset, size: inner * columns },
    { offset: dataIdMap.get(out.dataId).memoryOffset, size: rows * columns },
  ];
  for (let i = 0; i < count; i++) {
    parts.forEach(({ offset, size }, p) => wasm.tfjs.registerTensor(firstViewId + p, size, offset + 4 * size * i));
    multiply(firstViewId, aShape, 3, firstViewId + 1, bShape, 3, 0, 0, firstViewId + 2);
    // Also drops the packed copy of b that the backend keeps for each id.
    parts.forEach((_, p) => wasm.tfjs.disposeData(firstViewId + p));
  }
  return out;
}

/** `[count, m, k]` times `[count, k, n]` on the stock wasm backend. */
export function wasmBatchProduct(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  if (a.size === 0 || b.size === 0) return tf.matMul(a, b);
  if ((tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | undefined) === undefined) {
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernel });
  }
  return tf.engine().runKernel<tf.Tensor3D>(kernelName, { a, b });
}
