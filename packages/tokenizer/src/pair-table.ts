import { grown } from './grow.ts';

/** Numbers distinct pairs of token ids 0, 1, 2, ... in the order in which they are added. */
export class PairTable {
  /** The number of distinct pairs. */
  size = 0;
  private lefts: Int32Array = new Int32Array(64);
  private rights: Int32Array = new Int32Array(64);
  // Open addressing: 1 + the pair's number, 0 where free. The length is a power of two, at most half of it used.
  private slots: Int32Array = new Int32Array(256);

  left(index: number): number {
    return this.lefts[index]!;
  }

  right(index: number): number {
    return this.rights[index]!;
  }

  /** The number of a pair, or -1. */
  indexOf(left: number, right: number): number {
    return this.slots[this.slotOf(left, right)]! - 1;
  }

  /** The number of a pair, which is added where it is new. */
  add(left: number, right: number): number {
    const slot = this.slotOf(left, right);
    const found = this.slots[slot]! - 1;
    if (found >= 0) return found;
    const index = this.size++;
    this.lefts = grown(this.lefts, this.size);
    this.rights = grown(this.rights, this.size);
    this.lefts[index] = left;
    this.rights[index] = right;
    this.slots[slot] = this.size;
    if (2 * this.size > this.slots.length) this.rehash();
    return index;
  }

  private slotOf(left: number, right: number): number {
    const { slots, lefts, rights } = this;
    const mask = slots.length - 1;
    const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    for (;;) {
      const index = slots[slot]! - 1;
      if (index < 0 || (lefts[index] === left && rights[index] === right)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private rehash(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    for (let i = 0; i < this.size; i++) this.slots[this.slotOf(this.lefts[i]!, this.rights[i]!)] = i + 1;
  }
}
