import { BackendError } from '@gptloom/core';
import { heapStart, maxPages, pageBytes } from './memory-map.ts';

/** How much of the memory is in use, in bytes. */
export interface MemoryUse {
  /** Bytes of live tensors and working space. */
  readonly used: number;
  /** Bytes of freed blocks, kept for what comes next. */
  readonly free: number;
  /** Bytes taken from the operating system. */
  readonly committed: number;
  /** The most bytes that were in use at once, since the start or the last `reset` of a profile. */
  readonly peak: number;
  /** Bytes that may be taken at most: 4 GiB, or what the machine or its container has if that is less. */
  readonly limit: number;
  /** Bytes of these that no tensor gets: the working space of the threads. */
  readonly reserved: number;
}

interface Region {
  start: number;
  bytes: number;
}

/** Bytes by which the memory grows at least. */
const growth = 64 * 1024 * 1024;

/**
 * Rounds a size up to its bucket: 64 of them for each power of two, multiples of 64 bytes. So blocks are used again by tensors of
 * nearly the same size, and at most 1/64 is lost, or 63 bytes.
 */
export function bucketBytes(bytes: number): number {
  const step = Math.max(64, 2 ** (Math.ceil(Math.log2(Math.max(1, bytes))) - 7));
  return Math.max(64, Math.ceil(bytes / step) * step);
}

/**
 * Blocks of the one shared memory, in size buckets. A step that repeats finds the blocks of the step before, so the memory stops
 * growing after the first. Before it grows, free neighbours are joined and cut anew where that is enough.
 */
export class MemoryPool {
  private readonly memory: WebAssembly.Memory;
  private readonly limit: number;
  private readonly buckets = new Map<number, number[]>();
  private regions: Region[] = [];
  private top = heapStart;
  private end: number;
  private used = 0;
  private free = 0;
  private peak = 0;
  private reserved = 0;

  /**
   * @param memory the memory to hand out
   * @param limit first byte past what may be used; by default the 4 GiB of a WebAssembly memory
   */
  constructor(memory: WebAssembly.Memory, limit: number = maxPages * pageBytes) {
    this.memory = memory;
    this.limit = limit;
    this.end = memory.buffer.byteLength;
  }

  /** What is in use now. */
  get use(): MemoryUse {
    const { used, free, peak, limit, reserved } = this;
    return { used, free, committed: this.end, peak, limit, reserved };
  }

  /** What is in use now is no tensor's. */
  reserve(): void {
    this.reserved = this.used;
  }

  /** Lets `peak` count from what is in use now. */
  resetPeak(): void {
    this.peak = this.used;
  }

  /**
   * A block for `bytes`, aligned to 64 bytes, its contents unspecified.
   *
   * @throws BackendError when the memory has no room
   */
  allocate(bytes: number): number {
    const size = bucketBytes(bytes);
    const pointer = this.buckets.get(size)?.pop() ?? this.cut(size);
    if (pointer !== undefined) this.free -= size;
    this.used += size;
    const block = pointer ?? this.extend(size);
    this.peak = Math.max(this.peak, this.used);
    return block;
  }

  /** Takes back a block that `allocate` gave for as many bytes. */
  release(pointer: number, bytes: number): void {
    const size = bucketBytes(bytes);
    const bucket = this.buckets.get(size);
    if (bucket === undefined) this.buckets.set(size, [pointer]);
    else bucket.push(pointer);
    this.used -= size;
    this.free += size;
  }

  /** The first region that is large enough gives its beginning. */
  private cut(size: number): number | undefined {
    const index = this.regions.findIndex(({ bytes }) => bytes >= size);
    const region = this.regions[index];
    if (region === undefined) return undefined;
    const { start } = region;
    region.start += size;
    region.bytes -= size;
    if (region.bytes === 0) this.regions.splice(index, 1);
    return start;
  }

  private extend(size: number): number {
    // Joining is worth its time only where much is free; a step that repeats never comes here.
    if (this.top + size > this.end && this.free >= size && this.free >= this.used / 8) {
      const pointer = this.cutJoined(size);
      if (pointer !== undefined) return pointer;
    }
    if (this.top + size > this.end) this.grow(size);
    if (this.top + size > this.end) {
      const pointer = this.cutJoined(size);
      if (pointer !== undefined) return pointer;
      if (this.top + size > this.end) this.grow(size);
      if (this.top + size > this.end) throw this.exhausted(size);
    }
    const pointer = this.top;
    this.top += size;
    return pointer;
  }

  /** Joins, which may also move `top` down, and cuts of what was joined. */
  private cutJoined(size: number): number | undefined {
    this.join();
    const pointer = this.cut(size);
    if (pointer !== undefined) this.free -= size;
    return pointer;
  }

  private join(): void {
    const blocks = [...this.buckets].flatMap(([bytes, starts]) => starts.map((start) => ({ start, bytes })));
    this.buckets.clear();
    const joined: Region[] = [];
    for (const block of [...this.regions, ...blocks].sort((a, b) => a.start - b.start)) {
      const last = joined.at(-1);
      if (last !== undefined && last.start + last.bytes === block.start) last.bytes += block.bytes;
      else joined.push({ ...block });
    }
    const last = joined.at(-1);
    if (last !== undefined && last.start + last.bytes === this.top) {
      this.top = last.start;
      this.free -= last.bytes;
      joined.pop();
    }
    this.regions = joined;
  }

  /** Grows so that `size` bytes more fit, and by some reserve where there is room for one. */
  private grow(size: number): void {
    const needed = Math.ceil((this.top + size - this.end) / pageBytes);
    const room = Math.floor((this.limit - this.end) / pageBytes);
    if (needed > room) return;
    for (const pages of [Math.min(room, Math.max(needed, growth / pageBytes)), needed]) {
      try {
        this.memory.grow(pages);
        this.end += pages * pageBytes;
        return;
      } catch {
        // The operating system refused: try without the reserve.
      }
    }
  }

  private exhausted(size: number): BackendError {
    this.used -= size;
    const largest = Math.max(0, this.limit - this.top, ...this.regions.map(({ bytes }) => bytes));
    const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    return new BackendError({
      who: 'simd',
      rule: `tensors must fit into the ${mebibytes(this.limit)} of its memory`,
      received: `a tensor of ${mebibytes(size)} with ${mebibytes(this.used)} in use`,
      suggestion: `at most ${mebibytes(largest)} fit now: use a smaller batch, a shorter context or a smaller model, or dispose of tensors`,
    });
  }
}
