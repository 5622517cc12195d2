import { grown } from './grow.ts';

/** Numbers distinct pairs of token ids 0, 1, 2, ... in the order in which they are added. */
export class PairTable {
  /** The number of distinct pairs. */
  size = 0;
  private lefts: Int32Array;
  private rights: Int32Array;
  // Open addressing: 1 + the pair's number, 0 where free. The length is a power of two, at most half of it used.
  private slots: Int32Array;

  /** @param expected how many pairs there will be, about: room for them is made at once */
  constructor(expected = 64) {
    this.lefts = new Int32Array(expected);
    this.rights = new Int32Array(expected);
    this.slots = new Int32Array(Math.max(256, 2 ** Math.ceil(Math.log2(2 * expected))));
  }

  /**
   * The table of pairs that all differ, or `undefined` where one stands twice.
   *
   * @param lefts taken over, and `rights` too
   */
  static ofDistinct(lefts: Int32Array, rights: Int32Array): PairTable | undefined {
    const table = new PairTable(lefts.length);
    table.lefts = lefts;
    table.rights = rights;
    const { slots } = table;
    for (let i = 0; i < lefts.length; i++) {
      const slot = table.slotOf(lefts[i]!, rights[i]!);
      if (slots[slot] !== 0) return undefined;
      slots[slot] = i + 1;
    }
    table.size = lefts.length;
    return table;
  }

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
