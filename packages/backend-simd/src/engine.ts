import { BackendError, ConfigError, check, checkOptions, describeValue } from '@gptloom/core';
import { allocateMemory } from './allocate-memory.ts';
import { compileEngine } from './compile-engine.ts';
import { engineMemoryLimit } from './machine-memory.ts';
import { heapStart, threadScratchBytes } from './memory-map.ts';
import { MemoryPool } from './memory-pool.ts';
import { availableProcessors, threadObstacle } from './start-worker.ts';
import { ThreadPool } from './thread-pool.ts';

/** Options of `loadSimdBackend`. */
export interface SimdBackendOptions {
  /**
   * Threads, the main one included. Default: the environment variable `GPTLOOM_THREADS`, or as many as the process or the
   * page may use processors, at most 16. Pages that are not cross-origin isolated have one. Results do not depend on it.
   */
  readonly threads?: number | undefined;
  /**
   * Whether to ask V8 for 256-bit operations, an experiment of V8 in Node 24 and later on x86-64. Default: true, unless the
   * environment variable `GPTLOOM_WIDE_SIMD` is `0`.
   */
  readonly wideSimd?: boolean | undefined;
}

const mostThreads = 16;

/** Bytes of what kernels in the queue are told beside their arguments. */
const stagingBytes = 256 * 1024;

/** Bytes that lie there at most for one call: so few that a call inside of another never overwrites its words. */
const mostStaged = stagingBytes / 4;

/** The compiled kernels, their memory and their threads. */
export class Engine {
  /** Hands out the memory. */
  readonly pool: MemoryPool;
  /** Whether 256-bit operations were asked for. */
  readonly wide: boolean;
  /** Whether multiplication and addition are one operation, which most processors round once. */
  readonly relaxed: boolean;
  /** Columns of a tile of a product: 16 where operations are 256 bits wide, 8 elsewhere. */
  tileWidth: 16 | 8;
  /** Kernels run so far. */
  jobs = 0;
  private readonly memory: WebAssembly.Memory;
  private readonly threadPool: ThreadPool;
  private readonly reasons: string[];
  /** Where words for the kernels lie, as numbers of either kind. */
  private readonly staging: { readonly words: Int32Array; readonly numbers: Float32Array };
  /** Bytes of `staging` that are taken. */
  private staged = 0;

  private constructor(
    memory: WebAssembly.Memory,
    pool: MemoryPool,
    staging: Int32Array,
    threadPool: ThreadPool,
    { wide, relaxed, missing }: { wide: boolean; relaxed: boolean; missing: readonly string[] },
  ) {
    this.memory = memory;
    this.pool = pool;
    this.staging = { words: staging, numbers: new Float32Array(staging.buffer, staging.byteOffset, staging.length) };
    this.threadPool = threadPool;
    this.wide = wide;
    this.relaxed = relaxed;
    this.reasons = [...missing];
    this.tileWidth = wide ? 16 : 8;
  }

  /**
   * Compiles the kernels and starts the threads.
   *
   * @throws ConfigError for an option that makes no sense
   * @throws BackendError for an environment variable that makes no sense, where WebAssembly lacks what the engine needs, or
   *   where the machine or its container has no memory left for the working space of the threads
   */
  static async start(options: SimdBackendOptions = {}): Promise<Engine> {
    checkOptions('loadSimdBackend', options, {
      threads: check.optional(check.positiveInteger),
      wideSimd: check.optional(check.boolean),
    });
    if (options.threads !== undefined && options.threads > mostThreads) {
      const rule = `threads must be at most ${mostThreads}`;
      throw new ConfigError({ who: 'loadSimdBackend', rule, received: describeValue(options.threads) });
    }
    const environment = globalThis.process?.env ?? {};
    const wideSimd = options.wideSimd ?? environment['GPTLOOM_WIDE_SIMD'] !== '0';
    const { module, wide, relaxed, missing } = await compileEngine({ wideSimd }).catch(refuse);
    const reasons = [...missing];
    let threads = options.threads ?? threadsFromEnvironment(environment['GPTLOOM_THREADS']) ?? processors();
    const obstacle = threads > 1 ? threadObstacle() : undefined;
    if (obstacle !== undefined) {
      threads = 1;
      reasons.push(`one thread: ${obstacle}`);
    }
    const { memory, limit } = allocateMemory();
    const available = Math.min(limit, engineMemoryLimit());
    checkScratchFits(threads, available);
    const pool = new MemoryPool(memory, available);
    const scratch = Array.from({ length: threads }, () => pool.allocate(threadScratchBytes));
    const staging = new Int32Array(memory.buffer, pool.allocate(stagingBytes), stagingBytes / 4);
    pool.reserve();
    const threadPool = await ThreadPool.start({ module, memory, scratch }).catch(refuse);
    if (threadPool.failure !== undefined) {
      const count = threadPool.threads === 1 ? 'one thread' : `only ${threadPool.threads} threads`;
      reasons.push(`${count}: a worker does not start, ${threadPool.failure}`);
    }
    return new Engine(memory, pool, staging, threadPool, { wide, relaxed, missing: reasons });
  }

  /** What is missing, each with its reason: `'no 256-bit operations: switched off'`. */
  get missing(): readonly string[] {
    return this.reasons;
  }

  /** Adds to what is missing. Another reason for the same thing, which is what stands before the colon, is replaced. */
  lacks(reason: string): void {
    const thing = reason.slice(0, reason.indexOf(':') + 1);
    const known = this.reasons.findIndex((earlier) => earlier.startsWith(thing));
    if (known < 0) this.reasons.push(reason);
    else this.reasons[known] = reason;
  }

  /** Threads, the main one included. */
  get threads(): number {
    return this.threadPool.threads;
  }

  /**
   * Runs a kernel over `[0, itemCount)`, whole chunks of `chunk` items at a time, after all kernels before it; see `ThreadPool.run`. JavaScript sees
   * what it wrote after `finish`, which the views below call.
   */
  run(kernel: string, values: readonly number[], itemCount: number, chunk: number): void {
    this.jobs++;
    this.threadPool.run(kernel, values, itemCount, chunk);
  }

  /** Waits until all kernels are done. */
  finish(): void {
    this.threadPool.finish();
  }

  /** Copies bytes to a place that they do not overlap. */
  copy(from: number, to: number, bytes: number): void {
    this.run('copyBlocks', [from, 0, 0, to, 0, 0, 1, bytes], 1, 1);
  }

  /** Writes an array to `pointer`, after all that the kernels so far do there. */
  write(pointer: number, values: Float32Array | Int32Array | Uint8Array): void {
    const { byteLength } = values;
    const words = values instanceof Uint8Array ? wordsOf(values) : values;
    if (words !== undefined && byteLength <= mostStaged) {
      this.withWords(words, (staged) => this.copy(staged, pointer, byteLength));
    } else {
      this.uint8(pointer, byteLength).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  }

  /**
   * Runs kernels that read these words. They lie where nothing else is written until the kernels are done.
   *
   * @param use is given the pointer of the words, which is aligned to 64 bytes
   */
  withWords(words: Int32Array | Float32Array, use: (pointer: number) => void): void {
    const bytes = 64 * Math.ceil(words.byteLength / 64);
    if (bytes > mostStaged) {
      const pointer = this.pool.allocate(bytes);
      this[words instanceof Float32Array ? 'float32' : 'int32'](pointer, words.length).set(words);
      use(pointer);
      this.pool.release(pointer, bytes);
      return;
    }
    if (this.staged + bytes > stagingBytes) {
      this.finish();
      this.staged = 0;
    }
    const start = this.staged;
    this.staged += bytes;
    const { staging } = this;
    (words instanceof Float32Array ? staging.numbers : staging.words).set(words, start / 4);
    use(staging.words.byteOffset + start);
  }

  /** The numbers at `pointer`: a view, valid until the block is released, of what all kernels so far wrote. */
  float32(pointer: number, length: number): Float32Array<ArrayBuffer> {
    this.finish();
    // TensorFlow.js knows no shared buffers; in all that it does with them they behave alike.
    return new Float32Array(this.memory.buffer as unknown as ArrayBuffer, pointer, length);
  }

  /** The integers at `pointer`, as `float32`. */
  int32(pointer: number, length: number): Int32Array<ArrayBuffer> {
    this.finish();
    return new Int32Array(this.memory.buffer as unknown as ArrayBuffer, pointer, length);
  }

  /** The bytes at `pointer`, as `float32`. */
  uint8(pointer: number, length: number): Uint8Array<ArrayBuffer> {
    this.finish();
    return new Uint8Array(this.memory.buffer as unknown as ArrayBuffer, pointer, length);
  }

  /** Whether an array is a view of the engine's memory, which is given to others after its block is released. */
  owns(values: unknown): boolean {
    // Pages that are not cross-origin isolated have the class SharedArrayBuffer, but not its name.
    return ArrayBuffer.isView(values) && values.buffer.constructor === this.memory.buffer.constructor;
  }

  /** Ends the threads. */
  dispose(): void {
    this.threadPool.dispose();
  }
}

/** The same bytes as words, where they are whole ones. */
function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array): Int32Array | undefined {
  return byteLength % 4 === 0 && byteOffset % 4 === 0 ? new Int32Array(buffer, byteOffset, byteLength / 4) : undefined;
}

/** Some browsers notice a policy that forbids WebAssembly when it is compiled, others when it starts. */
function refuse(cause: unknown): never {
  if (BackendError.isInstance(cause)) throw cause;
  throw new BackendError({
    who: 'simd',
    rule: 'WebAssembly must be allowed to compile and to start',
    cause,
    suggestion: "a page's Content-Security-Policy must allow `script-src 'wasm-unsafe-eval'`",
  });
}

function checkScratchFits(threads: number, available: number): void {
  const needed = heapStart + threads * threadScratchBytes + stagingBytes;
  if (needed <= available) return;
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  throw new BackendError({
    who: 'simd',
    rule: `the machine, or its container, must have room for the working space of the threads, ${mebibytes(needed)} for ${threads}`,
    received: `${mebibytes(available)} beside what this process has taken`,
    suggestion: 'fewer threads, a container with more memory, or a process that holds less when the backend starts',
  });
}

function threadsFromEnvironment(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const threads = Number(value);
  if (Number.isInteger(threads) && threads >= 1 && threads <= mostThreads) return threads;
  throw new BackendError({
    who: 'simd',
    rule: `the environment variable GPTLOOM_THREADS must be an integer from 1 to ${mostThreads}`,
    received: describeValue(value),
  });
}

function processors(): number {
  return Math.min(mostThreads, availableProcessors());
}
