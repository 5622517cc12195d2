import { describeValue, ShapeError } from '@gptloom/core';

/**
 * The array that carries each dtype of a safetensors file. `F16` and `BF16` are bit patterns in 16-bit words, because
 * JavaScript has no array for them everywhere; {@link toFloat32} gives their values. `BOOL` is one byte, 0 or 1.
 */
export interface TensorArrays {
  /** One byte each, 0 or 1. */
  readonly BOOL: Uint8Array;
  /** Unsigned 8-bit integers. */
  readonly U8: Uint8Array;
  /** Signed 8-bit integers. */
  readonly I8: Int8Array;
  /** Signed 16-bit integers. */
  readonly I16: Int16Array;
  /** Unsigned 16-bit integers. */
  readonly U16: Uint16Array;
  /** IEEE 754 binary16, as bit patterns. */
  readonly F16: Uint16Array;
  /** The upper half of an IEEE 754 binary32, as bit patterns. */
  readonly BF16: Uint16Array;
  /** Signed 32-bit integers. */
  readonly I32: Int32Array;
  /** Unsigned 32-bit integers. */
  readonly U32: Uint32Array;
  /** IEEE 754 binary32. */
  readonly F32: Float32Array;
  /** IEEE 754 binary64. */
  readonly F64: Float64Array;
  /** Signed 64-bit integers. */
  readonly I64: BigInt64Array;
  /** Unsigned 64-bit integers. */
  readonly U64: BigUint64Array;
}

/** The name of an element type, as safetensors writes it. */
export type TensorDtype = keyof TensorArrays;

/** A tensor on the host: its dtype, its shape, and its elements in row-major order. Narrow it by `dtype`. */
export type TensorData<D extends TensorDtype = TensorDtype> = {
  [K in D]: {
    /** The element type. */
    readonly dtype: K;
    /** Sizes of the axes; empty for a single number. */
    readonly shape: readonly number[];
    /** The elements, row-major: as many as the product of `shape`. */
    readonly data: TensorArrays[K];
  };
}[D];

/** What the header of a file says about one tensor. */
export interface TensorInfo {
  /** The element type. */
  readonly dtype: TensorDtype;
  /** Sizes of the axes. */
  readonly shape: readonly number[];
  /** Where the elements are in the file: the first byte and the byte after the last. */
  readonly byteRange: readonly [number, number];
}

interface ArrayConstructor {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TensorArrays[TensorDtype];
}

/** The dtypes from the narrowest to the widest, in the reference's order: files hold the widest first. */
export const dtypeConstructors: { readonly [D in TensorDtype]: ArrayConstructor } = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  I16: Int16Array,
  U16: Uint16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I32: Int32Array,
  U32: Uint32Array,
  F32: Float32Array,
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
};

/** The rank of a dtype in the order of {@link dtypeConstructors}. */
export const dtypeRank: ReadonlyMap<string, number> = new Map(
  Object.keys(dtypeConstructors).map((dtype, rank) => [dtype, rank]),
);

/** Whether this package reads and writes the dtype. */
export function isTensorDtype(dtype: unknown): dtype is TensorDtype {
  return typeof dtype === 'string' && dtypeRank.has(dtype);
}

/** Bytes of one element. */
export function bytesPerElement(dtype: TensorDtype): number {
  return dtypeConstructors[dtype].BYTES_PER_ELEMENT;
}

/** The number of elements of a shape, or `undefined` if it is no shape or the number is not a safe integer. */
export function elementCount(shape: unknown): number | undefined {
  if (!Array.isArray(shape)) return undefined;
  let count = 1;
  for (const size of shape as readonly unknown[]) {
    if (!Number.isSafeInteger(size) || (size as number) < 0 || Object.is(size, -0)) return undefined;
    count *= size as number;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** Bytes seen as the elements of a dtype; copied only if they start at an odd place of their buffer. */
export function viewBytes(dtype: TensorDtype, shape: readonly number[], bytes: Uint8Array): TensorData {
  const constructor = dtypeConstructors[dtype];
  const size = constructor.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const data = new constructor(aligned.buffer, aligned.byteOffset, aligned.byteLength / size);
  return { dtype, shape, data } as TensorData;
}

/** Refuses a tensor whose array is not of its dtype or not as long as its shape. */
export function checkTensorData(who: string, name: string, tensor: TensorData): void {
  const constructor = dtypeConstructors[tensor.dtype];
  // By tag, not by instanceof: arrays of another realm (a worker, a test runner) are as good.
  if (Object.prototype.toString.call(tensor.data) !== `[object ${constructor.name}]`) {
    throw new ShapeError({
      who,
      rule: `the data of '${name}' must be a ${constructor.name} for dtype ${tensor.dtype}`,
      received: describeValue(tensor.data),
    });
  }
  const count = elementCount(tensor.shape);
  if (count !== tensor.data.length) {
    throw new ShapeError({
      who,
      rule: `the data of '${name}' must have as many elements as its shape`,
      received: `${tensor.data.length} elements for shape [${String(tensor.shape)}]`,
    });
  }
}
