// A page without cross-origin isolation has none to share; there such memory is ordinary.
const memory = (byteLength: number): ArrayBufferLike =>
  canShareMemory() ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength);

/** Whether threads can work on the same memory here. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== 'undefined';
}

/** Zeros that other threads see too, where that can be. */
export const sharedInt32 = (length: number): Int32Array => new Int32Array(memory(4 * length));

/** Zeros that other threads see too, where that can be. */
export const sharedFloat64 = (length: number): Float64Array => new Float64Array(memory(8 * length));
