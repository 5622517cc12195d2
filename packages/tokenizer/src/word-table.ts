import { grown } from './grow.ts';

/** The content of a WordTable as plain arrays, for example to move it between threads. */
export interface WordTableParts {
  /** UTF-8 bytes of all words, one after another. */
  readonly bytes: Uint8Array;
  /** Where each word ends in `bytes`. */
  readonly ends: Int32Array;
}

// A slot is four numbers: two for the word's content, its length, and 1 + the word's number. A free one has length 0.
const slotShift = 2;
const mostInSlot = 8;
// Keeps the bytes of the first or the second half of a slot's content that belong to the word.
const firstMasks = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, -1);
const secondMasks = Int32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, -1);

/**
 * Numbers distinct words 0, 1, 2, ... in the order in which they are met. Words are ranges of UTF-8 bytes and are copied:
 * unlike a Map of slices, it keeps no text alive and makes no string. A word of up to eight bytes, as most are, is two
 * integers: it is hashed and compared without a loop.
 */
export class WordTable {
  /** The number of distinct words. */
  size = 0;
  private bytes: Uint8Array = new Uint8Array(1024);
  private ends: Int32Array = new Int32Array(256);
  // Open addressing. The number of slots is a power of two, at most five eighths of them used.
  private slots: Int32Array = new Int32Array(512 << slotShift);

  /** Bytes held by all words together. */
  get byteCount(): number {
    return this.size === 0 ? 0 : this.ends[this.size - 1]!;
  }

  /** The bytes and ends of all words; views that later additions may leave behind. */
  get parts(): WordTableParts {
    return { bytes: this.bytes.subarray(0, this.byteCount), ends: this.ends.subarray(0, this.size) };
  }

  /** Forgets all words and keeps the memory. */
  clear(): void {
    this.size = 0;
    this.slots.fill(0);
  }

  /**
   * The number of the word from `start` to `end`, which is not empty; equal to the `size` before the call where the word
   * is new.
   *
   * @param bytes well-formed UTF-8, with at least eight more bytes of any kind after `end`
   * @param view of the same memory
   */
  add(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const length = end - start;
    if (length > mostInSlot) return this.addLong(bytes, view, start, end);
    const first = view.getInt32(start, true) & firstMasks[length]!;
    const second = view.getInt32(start + 4, true) & secondMasks[length]!;
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = (hashOf(first, second, length) << slotShift) & mask;
    for (;;) {
      const found = slots[slot + 2]!;
      if (found === 0) return this.insert(slot, first, second, bytes, start, end);
      if (slots[slot] === first && slots[slot + 1] === second && found === length) return slots[slot + 3]! - 1;
      slot = (slot + 4) & mask;
    }
  }

  /** Words of more bytes: the slot has two hashes in place of the content. */
  private addLong(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const length = end - start;
    let first = 0;
    let second = 0;
    for (let left = length; left > 0; left -= 4) {
      const four = view.getInt32(end - left, true) & (left < 4 ? firstMasks[left]! : -1);
      first = Math.imul(first ^ four, 0x01000193) ^ (first >>> 15);
      second = Math.imul(second + four, 0x5bd1e995) ^ (second >>> 13);
    }
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = (hashOf(first, second, length) << slotShift) & mask;
    for (;;) {
      const found = slots[slot + 2]!;
      if (found === 0) return this.insert(slot, first, second, bytes, start, end);
      if (slots[slot] === first && slots[slot + 1] === second && found === length) {
        const index = slots[slot + 3]! - 1;
        if (this.holds(index, bytes, start, length)) return index;
      }
      slot = (slot + 4) & mask;
    }
  }

  private holds(index: number, bytes: Uint8Array, start: number, length: number): boolean {
    const from = this.ends[index]! - length;
    for (let i = 0; i < length; i++) if (this.bytes[from + i] !== bytes[start + i]) return false;
    return true;
  }

  private insert(slot: number, first: number, second: number, bytes: Uint8Array, start: number, end: number): number {
    const from = this.byteCount;
    const index = this.size++;
    const length = end - start;
    this.bytes = grown(this.bytes, from + length);
    this.ends = grown(this.ends, this.size);
    for (let i = 0; i < length; i++) this.bytes[from + i] = bytes[start + i]!;
    this.ends[index] = from + length;
    const { slots } = this;
    slots[slot] = first;
    slots[slot + 1] = second;
    slots[slot + 2] = length;
    slots[slot + 3] = this.size;
    if (8 * this.size > 5 * (slots.length >> slotShift)) this.rehash();
    return index;
  }

  private rehash(): void {
    const { slots: old } = this;
    const slots = new Int32Array(2 * old.length);
    const mask = slots.length - 1;
    for (let from = 0; from < old.length; from += 4) {
      const length = old[from + 2]!;
      if (length === 0) continue;
      let slot = (hashOf(old[from]!, old[from + 1]!, length) << slotShift) & mask;
      while (slots[slot + 2] !== 0) slot = (slot + 4) & mask;
      slots[slot] = old[from]!;
      slots[slot + 1] = old[from + 1]!;
      slots[slot + 2] = length;
      slots[slot + 3] = old[from + 3]!;
    }
    this.slots = slots;
  }
}

function hashOf(first: number, second: number, length: number): number {
  let hash = Math.imul(first ^ length, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
