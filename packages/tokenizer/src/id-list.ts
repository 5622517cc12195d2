import { grown } from './grow.ts';

// Beyond it room is given back after use.
const mostKept = 1 << 20;

/** Token ids that are collected in a typed array: arrays of numbers grow slowly. */
export class IdList {
  /** The ids, then free room. */
  ids: Int32Array = new Int32Array(64);
  /** How many ids there are. */
  size = 0;

  /** Room for `count` more ids. */
  reserve(count: number): Int32Array {
    return (this.ids = grown(this.ids, this.size + count));
  }

  push(id: number): void {
    this.reserve(1)[this.size++] = id;
  }

  /** The ids as an array of their own; the list is then empty. */
  take(): number[] {
    const { ids, size } = this;
    const taken = new Array<number>(size);
    for (let i = 0; i < size; i++) taken[i] = ids[i]!;
    this.size = 0;
    if (ids.length > mostKept) this.ids = new Int32Array(64);
    return taken;
  }
}
