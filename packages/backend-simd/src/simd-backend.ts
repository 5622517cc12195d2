import * as tf from '@tensorflow/tfjs';
import type { Engine } from './engine.ts';
import type { MemoryUse } from './memory-pool.ts';

/** What a backend keeps of a tensor. */
export interface TensorData {
  values: tf.backend_util.BackendValues | undefined;
  dtype: tf.DataType;
  refCount: number;
  complexTensorInfos?: { readonly real: tf.TensorInfo; readonly imag: tf.TensorInfo };
  /** Where `values` lie in the engine's memory; none while they are an array of JavaScript's. */
  pointer?: number;
}

/** The plain JavaScript backend of TensorFlow.js, as far as it is used here. */
interface CpuBackend extends tf.KernelBackend {
  firstUse: boolean;
  readonly data: tf.DataStorage<TensorData>;
  makeTensorInfo(shape: number[], dtype: tf.DataType, values?: tf.backend_util.BackendValues | string[]): tf.TensorInfo;
  disposeIntermediateTensorInfo(info: tf.TensorInfo): void;
}

/** The backend `simd`: every op of the plain JavaScript backend, with the engine's kernels in place of the slow ones. */
export interface SimdBackend extends CpuBackend {
  /** The kernels, their memory and threads. */
  readonly engine: Engine;
  /** Where the numbers of a float32 or int32 tensor lie in the engine's memory. They are brought there first if need be. */
  pointer(info: tf.TensorInfo): number;
  /** A tensor in the engine's memory whose numbers are still to be written. */
  allocate(shape: readonly number[], dtype?: 'float32' | 'int32'): tf.TensorInfo;
}

type CpuBackendClass = new () => CpuBackend;

/**
 * Makes the backend. Its base class is not exported by TensorFlow.js, but the backend `cpu` is an instance of it.
 *
 * Tensors are arrays of JavaScript's until a kernel of the engine reads them; then they move into the engine's memory and both
 * worlds see the same bytes.
 */
export function createSimdBackend(engine: Engine): SimdBackend {
  const Base = tf.findBackend('cpu').constructor as CpuBackendClass;

  class Simd extends Base implements SimdBackend {
    readonly engine = engine;
    /** What lies in the engine's memory. */
    private readonly held = new Set<TensorData>();

    constructor() {
      super();
      this.firstUse = false;
    }

    override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
      // Some kernels return a part of their input: its block may be given to another tensor while the part lives.
      return super.write(engine.owns(values) ? (values as Float32Array).slice() : values, shape, dtype);
    }

    override move(
      dataId: tf.DataId,
      values: tf.backend_util.BackendValues,
      shape: number[],
      dtype: tf.DataType,
      refCount: number,
    ): void {
      super.move(dataId, engine.owns(values) ? (values as Float32Array).slice() : values, shape, dtype, refCount);
    }

    override readSync(dataId: tf.DataId): tf.backend_util.BackendValues {
      const { pointer, values } = this.data.get(dataId);
      // A view would show the numbers of whatever tensor gets the block next.
      return pointer === undefined ? super.readSync(dataId) : (values as Float32Array).slice();
    }

    override disposeData(dataId: tf.DataId, force = false): boolean {
      const before = this.data.has(dataId) ? this.data.get(dataId) : undefined;
      const gone = super.disposeData(dataId, force);
      if (gone && before?.pointer !== undefined) this.release(before);
      return gone;
    }

    private place(data: TensorData, pointer: number, values: Float32Array | Int32Array): void {
      data.pointer = pointer;
      data.values = values;
      this.held.add(data);
    }

    private release(data: TensorData): void {
      engine.pool.release(data.pointer!, (data.values as Float32Array).byteLength);
      delete data.pointer;
      this.held.delete(data);
    }

    pointer({ dataId, dtype }: tf.TensorInfo): number {
      const data = this.data.get(dataId);
      if (data.pointer !== undefined) return data.pointer;
      const values = data.values as Float32Array | Int32Array;
      if (dtype !== 'float32' && dtype !== 'int32') throw new Error(`the engine holds no tensors of dtype ${dtype}`);
      const pointer = engine.pool.allocate(4 * values.length);
      const view = dtype === 'float32' ? engine.float32(pointer, values.length) : engine.int32(pointer, values.length);
      view.set(values);
      this.place(data, pointer, view);
      return pointer;
    }

    allocate(shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): tf.TensorInfo {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const pointer = engine.pool.allocate(4 * size);
      const values = dtype === 'float32' ? engine.float32(pointer, size) : engine.int32(pointer, size);
      const info = super.makeTensorInfo([...shape], dtype, emptyValues);
      this.place(this.data.get(info.dataId), pointer, values);
      return info;
    }

    override memory(): { unreliable: boolean; engine: MemoryUse } {
      return { unreliable: false, engine: engine.pool.use };
    }

    /** Gives the memory of all tensors back. The engine goes on: `tf.engine().reset()` makes a backend anew. */
    override dispose(): void {
      for (const data of this.held) this.release(data);
    }
  }
  return new Simd();
}

const emptyValues = new Float32Array(0);
