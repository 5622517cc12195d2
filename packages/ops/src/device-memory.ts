import * as tf from '@tensorflow/tfjs';

/** What a backend says of its memory, in bytes. */
export interface DeviceMemory {
  /** Taken by tensors and working space. */
  readonly used: number;
  /** The most that was taken at once. */
  readonly peak: number;
  /** The most that there can be. */
  readonly limit: number;
  /** The part of it that no tensor gets: working space. */
  readonly reserved: number;
}

/** The memory of the current backend; `undefined` where the backend does not say, as all but `simd`. */
export function deviceMemory(): DeviceMemory | undefined {
  return (tf.memory() as { readonly engine?: DeviceMemory }).engine;
}

/** The largest integer from 1 to `most` that takes at most `available` bytes, where more takes more; 0 where none does. */
export function largestThatFits(bytesOf: (count: number) => number, most: number, available: number): number {
  let [fits, fails] = [0, most + 1];
  while (fails - fits > 1) {
    const middle = Math.floor((fits + fails) / 2);
    if (bytesOf(middle) <= available) fits = middle;
    else fails = middle;
  }
  return fits;
}

/** Bytes for people: `1.38 GiB`. */
export function describeBytes(bytes: number): string {
  let [value, power] = [bytes, 0];
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  while (value >= 1024 && power < units.length - 1) {
    value /= 1024;
    power++;
  }
  return `${value.toPrecision(value >= 1000 ? 4 : 3)} ${units[power]!}`;
}
