import * as tf from '@tensorflow/tfjs';
import type { Engine } from './engine.ts';
import { sizeOf } from './kernels/engine-kernel.ts';
import type { MemoryUse } from './memory-pool.ts';

/** What a backend keeps of a tensor. */
export interface TensorData {
  values: tf.backend_util.BackendValues | undefined;
  dtype: tf.DataType;
  refCount: number;
  complexTensorInfos?: { readonly real: tf.TensorInfo; readonly imag: tf.TensorInfo };
  /** Where `values` lie in the engine's memory; none while they are an array of JavaScript's. */
  pointer?: number;
  /** How many numbers lie there. */
  size?: number;
  /** The block in which they lie, where it holds a sequence that grows: it has room behind them, and several tensors share it. */
  growing?: GrowingBlock;
}

/** A block with the numbers of a sequence, of which tensors are beginnings of different lengths. */
interface GrowingBlock {
  readonly pointer: number;
  readonly bytes: number;
  /** Bytes that the longest of them takes. */
  taken: number;
  /** How many they are. */
  tensors: number;
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
  /** Where the numbers of a float32, int32 or bool tensor lie in the engine's memory. They are brought there first if need be. */
  pointer(info: tf.TensorInfo): number;
  /** A tensor in the engine's memory whose numbers are still to be written. */
  allocate(shape: readonly number[], dtype?: HeldType): tf.TensorInfo;
  /**
   * A float32 tensor that begins with all numbers of another and has room for more, still to be written. Where the other was
   * made so, and is not yet a beginning of a longer one, they share its block if that has room; else they are copied into one with
   * room for `reserve` numbers.
   */
  grow(info: tf.TensorInfo, shape: readonly number[], reserve: number): tf.TensorInfo;
  /** Runs a kernel. Where it fails, for want of memory say, the tensors that it has made are freed: nobody else knows of them. */
  attempt<T>(kernel: () => T): T;
}

/** Kinds of numbers that the engine holds: bool in bytes, the others in 32 bits. */
export type HeldType = 'float32' | 'int32' | 'bool';

type HeldValues = Float32Array | Int32Array | Uint8Array;

function bytesOf(dtype: tf.DataType, size: number): number {
  return dtype === 'bool' ? size : 4 * size;
}

function viewOf(engine: Engine, dtype: HeldType, pointer: number, size: number): HeldValues {
  if (dtype === 'bool') return engine.uint8(pointer, size);
  return dtype === 'float32' ? engine.float32(pointer, size) : engine.int32(pointer, size);
}

/** TensorFlow.js may keep numbers in an array of another type than the tensor's. */
function arrayOf(dtype: HeldType, values: HeldValues): HeldValues {
  if (dtype === 'bool') return values instanceof Uint8Array ? values : Uint8Array.from(values);
  if (dtype === 'int32') return values instanceof Int32Array ? values : Int32Array.from(values);
  return values instanceof Float32Array ? values : Float32Array.from(values);
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
    /** What the kernel that runs has made so far. */
    private made: tf.DataId[] | undefined;

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
      if (!this.data.has(dataId)) return true;
      const data = this.data.get(dataId);
      if (data.pointer === undefined) return super.disposeData(dataId, force);
      data.refCount--;
      if (!force && data.refCount > 0) return false;
      this.data.delete(dataId);
      this.release(data);
      return true;
    }

    private release(data: TensorData): void {
      this.held.delete(data);
      const { growing } = data;
      if (growing === undefined) engine.pool.release(data.pointer!, bytesOf(data.dtype, data.size ?? 0));
      else if (--growing.tensors === 0) engine.pool.release(growing.pointer, growing.bytes);
    }

    pointer({ dataId, dtype }: tf.TensorInfo): number {
      const data = this.data.get(dataId);
      if (data.pointer !== undefined) return data.pointer;
      const values = data.values as HeldValues;
      if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
        throw new Error(`the engine holds no tensors of dtype ${dtype}`);
      }
      const pointer = engine.pool.allocate(bytesOf(dtype, values.length));
      engine.write(pointer, arrayOf(dtype, values));
      const moved = new EngineData(engine, pointer, values.length, dtype);
      moved.refCount = data.refCount;
      // TensorFlow.js counts what is set, not what is there.
      this.data.delete(dataId);
      this.data.set(dataId, moved);
      this.held.add(moved);
      return pointer;
    }

    allocate(shape: readonly number[], dtype: HeldType = 'float32'): tf.TensorInfo {
      return this.place(engine.pool.allocate(bytesOf(dtype, sizeOf(shape))), shape, dtype);
    }

    grow(info: tf.TensorInfo, shape: readonly number[], reserve: number): tf.TensorInfo {
      const bytes = 4 * sizeOf(shape);
      const taken = 4 * sizeOf(info.shape);
      let block = this.data.get(info.dataId).growing;
      if (block === undefined || block.taken !== taken || block.bytes < bytes) {
        const room = Math.max(bytes, 4 * reserve);
        block = { pointer: engine.pool.allocate(room), bytes: room, taken, tensors: 0 };
        engine.copy(this.pointer(info), block.pointer, taken);
      }
      const grown = this.place(block.pointer, shape, 'float32');
      this.data.get(grown.dataId).growing = block;
      block.taken = bytes;
      block.tensors++;
      return grown;
    }

    attempt<T>(kernel: () => T): T {
      const outer = this.made;
      const made: tf.DataId[] = [];
      this.made = made;
      try {
        const result = kernel();
        outer?.push(...made);
        return result;
      } catch (cause) {
        for (const dataId of made) if (this.data.has(dataId)) this.disposeData(dataId, true);
        throw cause;
      } finally {
        this.made = outer;
      }
    }

    /** A tensor whose numbers lie at `pointer`. */
    private place(pointer: number, shape: readonly number[], dtype: HeldType): tf.TensorInfo {
      const dataId = {};
      this.made?.push(dataId);
      const data = new EngineData(engine, pointer, sizeOf(shape), dtype);
      this.data.set(dataId, data);
      this.held.add(data);
      return { dataId, shape: [...shape], dtype };
    }

    override async time(run: () => void): Promise<tf.BackendTimingInfo> {
      engine.finish();
      return super.time(() => {
        run();
        engine.finish();
      });
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

/** A tensor in the engine's memory. JavaScript seldom looks at its numbers: when it does, they are waited for. */
class EngineData implements TensorData {
  readonly dtype: HeldType;
  refCount = 1;
  readonly pointer: number;
  readonly size: number;
  growing?: GrowingBlock;
  private readonly engine: Engine;
  private view: HeldValues | undefined;

  constructor(engine: Engine, pointer: number, size: number, dtype: HeldType) {
    this.engine = engine;
    this.pointer = pointer;
    this.size = size;
    this.dtype = dtype;
  }

  get values(): HeldValues {
    this.engine.finish();
    this.view ??= viewOf(this.engine, this.dtype, this.pointer, this.size);
    return this.view;
  }
}
