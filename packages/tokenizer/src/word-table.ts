import { grown } from './grow.ts';

/** The content of a WordTable as plain arrays, for example to move it between threads. */
export interface WordTableParts {
  /** UTF-16 units of all words, one after another. */
  readonly units: Uint16Array;
  /** Where each word ends in `units`. */
  readonly ends: Int32Array;
}

/**
 * Numbers distinct words 0, 1, 2, ... in the order in which they are met. Words are ranges of a text and their
 * characters are copied: unlike a Map of slices, it keeps no text alive and makes no string.
 */
export class WordTable {
  /** The number of distinct words. */
  size = 0;
  private units: Uint16Array = new Uint16Array(4096);
  private ends: Int32Array = new Int32Array(512);
  private hashes: Int32Array = new Int32Array(512);
  // Open addressing: 1 + the word's number, 0 where free. The length is a power of two, at most half of it used.
  private slots: Int32Array = new Int32Array(2048);

  /** UTF-16 units held by all words together. */
  get unitCount(): number {
    return this.size === 0 ? 0 : this.ends[this.size - 1]!;
  }

  /** The units and ends of all words; views that later additions may leave behind. */
  get parts(): WordTableParts {
    return { units: this.units.subarray(0, this.unitCount), ends: this.ends.subarray(0, this.size) };
  }

  /** The number of the word `text.slice(start, end)`; equal to the `size` before the call where the word is new. */
  add(text: string, start: number, end: number): number {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const index = this.slots[slot]! - 1;
      if (index < 0) break;
      if (this.hashes[index] === hash && this.holds(index, text, start, end)) return index;
      slot = (slot + 1) & mask;
    }
    return this.insert(slot, hash, text, start, end);
  }

  /** As `add`, for a word given by its units. */
  addUnits(units: Uint16Array, start: number, end: number): number {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ units[i]!, 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const index = this.slots[slot]! - 1;
      if (index < 0) break;
      if (this.hashes[index] === hash && this.holdsUnits(index, units, start, end)) return index;
      slot = (slot + 1) & mask;
    }
    const index = this.take(slot, hash, end - start);
    this.units.set(units.subarray(start, end), this.ends[index]! - (end - start));
    return index;
  }

  private holds(index: number, text: string, start: number, end: number): boolean {
    const from = index === 0 ? 0 : this.ends[index - 1]!;
    if (this.ends[index]! - from !== end - start) return false;
    const offset = from - start;
    for (let i = start; i < end; i++) if (this.units[offset + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  private holdsUnits(index: number, units: Uint16Array, start: number, end: number): boolean {
    const from = index === 0 ? 0 : this.ends[index - 1]!;
    if (this.ends[index]! - from !== end - start) return false;
    const offset = from - start;
    for (let i = start; i < end; i++) if (this.units[offset + i] !== units[i]) return false;
    return true;
  }

  private insert(slot: number, hash: number, text: string, start: number, end: number): number {
    const from = this.unitCount;
    const index = this.take(slot, hash, end - start);
    for (let i = start; i < end; i++) this.units[from + i - start] = text.charCodeAt(i);
    return index;
  }

  private take(slot: number, hash: number, length: number): number {
    const from = this.unitCount;
    const index = this.size++;
    this.units = grown(this.units, from + length);
    this.ends = grown(this.ends, this.size);
    this.hashes = grown(this.hashes, this.size);
    this.ends[index] = from + length;
    this.hashes[index] = hash;
    this.slots[slot] = this.size;
    if (2 * this.size > this.slots.length) this.rehash();
    return index;
  }

  private rehash(): void {
    const slots = new Int32Array(2 * this.slots.length);
    const mask = slots.length - 1;
    for (let i = 0; i < this.size; i++) {
      let slot = this.hashes[i]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = i + 1;
    }
    this.slots = slots;
  }
}
