import { afterEach, describe, expect, it, vi } from 'vitest';
import { Engine } from './engine.ts';
import type { WorkerStart } from './engine-worker.ts';
import { availableProcessors, startWorker, threadObstacle } from './start-worker.ts';

/** A page's worker that does nothing unless a test makes it. */
class SilentWorker {
  static readonly all: SilentWorker[] = [];
  onerror: ((event: { message?: string }) => void) | undefined;
  onmessage: (() => void) | undefined;
  terminated = false;
  constructor() {
    SilentWorker.all.push(this);
  }
  postMessage(): void {
    // Nobody answers.
  }
  terminate(): void {
    this.terminated = true;
  }
}

/** As in a page: without Node's modules. */
function pretendPage(globals: Readonly<Record<string, unknown>>): void {
  const getBuiltinModule = process.getBuiltinModule.bind(process) as (id: string) => object | undefined;
  // V8 stays: how the kernels are compiled does not matter here.
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((id: string) =>
    id === 'node:v8' ? getBuiltinModule(id) : undefined) as typeof process.getBuiltinModule);
  vi.stubGlobal('Worker', undefined);
  vi.stubGlobal('crossOriginIsolated', false);
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
}

const start = {} as WorkerStart;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  SilentWorker.all.length = 0;
});

describe('whether there are threads', () => {
  it('is certain in Node', () => {
    expect(threadObstacle()).toBeUndefined();
    expect(availableProcessors()).toBeGreaterThan(0);
  });

  it('depends on workers and on the isolation of the page', () => {
    pretendPage({ navigator: { hardwareConcurrency: 12 } });
    expect(threadObstacle()).toBe('there are no workers here');
    expect(availableProcessors()).toBe(12);
    vi.stubGlobal('Worker', SilentWorker);
    expect(threadObstacle()).toMatch(/Cross-Origin-Opener-Policy: same-origin.*Cross-Origin-Embedder-Policy: require-/);
    vi.stubGlobal('crossOriginIsolated', true);
    expect(threadObstacle()).toBeUndefined();
    vi.stubGlobal('SharedArrayBuffer', undefined);
    expect(threadObstacle()).toBe('the browser shares no memory with workers');
  });
});

describe('a worker that does not start', () => {
  it('says why, in Node', async () => {
    await expect(startWorker(start)).rejects.toThrow(/WebAssembly\.Instance/);
  });

  it('says why, in a page', async () => {
    pretendPage({ Worker: SilentWorker, crossOriginIsolated: true });
    const failing = startWorker(start);
    SilentWorker.all[0]!.onerror!({ message: 'out of memory' });
    await expect(failing).rejects.toThrow('out of memory');
    const forbidden = startWorker(start);
    SilentWorker.all[1]!.onerror!({});
    await expect(forbidden).rejects.toThrow(/Content-Security-Policy must allow `worker-src blob:`/);
    expect(SilentWorker.all.map(({ terminated }) => terminated)).toEqual([true, true]);
    vi.stubGlobal('Worker', function () {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    await expect(startWorker(start)).rejects.toThrow(/Content-Security-Policy must allow `worker-src blob:`/);
  });

  it('is given up after a while', async () => {
    pretendPage({ Worker: SilentWorker, crossOriginIsolated: true });
    vi.useFakeTimers();
    const waiting = expect(startWorker(start)).rejects.toThrow('it is not ready after 10 s');
    await vi.advanceTimersByTimeAsync(10_000);
    await waiting;
    expect(SilentWorker.all[0]!.terminated).toBe(true);
  });
});

describe('what a page keeps of a worker', () => {
  it('is not the address of its source, whether it starts or not', async () => {
    const addresses = new Set<string>();
    const { createObjectURL, revokeObjectURL } = URL;
    vi.spyOn(URL, 'createObjectURL').mockImplementation((source) => {
      const address = createObjectURL(source);
      addresses.add(address);
      return address;
    });
    vi.spyOn(URL, 'revokeObjectURL').mockImplementation((address) => {
      revokeObjectURL(address);
      addresses.delete(address);
    });
    pretendPage({ Worker: SilentWorker, crossOriginIsolated: true });
    const starting = startWorker(start);
    expect(addresses.size).toBe(1);
    SilentWorker.all[0]!.onmessage!();
    await starting;
    expect(addresses.size).toBe(0);
    const failing = startWorker(start);
    expect(addresses.size).toBe(1);
    SilentWorker.all[1]!.onerror!({});
    await expect(failing).rejects.toThrow();
    expect(addresses.size).toBe(0);
    vi.stubGlobal('Worker', function () {
      throw new TypeError('not today');
    });
    await expect(startWorker(start)).rejects.toThrow('not today');
    expect(addresses.size).toBe(0);
  });

  it('is nothing where the message to it can not be sent', async () => {
    pretendPage({
      crossOriginIsolated: true,
      Worker: class extends SilentWorker {
        override postMessage(): void {
          throw new DOMException('it can not be cloned', 'DataCloneError');
        }
      },
    });
    await expect(startWorker(start)).rejects.toThrow('it can not be cloned');
    expect(SilentWorker.all.map(({ terminated }) => terminated)).toEqual([true]);
  });
});

describe('the engine in a page', () => {
  it('has one thread where the page is not isolated, and no name for the class of its buffers', async () => {
    pretendPage({ Worker: SilentWorker, SharedArrayBuffer: undefined, navigator: { hardwareConcurrency: 4 } });
    const engine = await Engine.start();
    expect(engine.threads).toBe(1);
    expect(engine.missing.join()).toContain('one thread: the page is not cross-origin isolated');
    expect(engine.owns(engine.float32(65_536, 4))).toBe(true);
    expect(engine.owns(new Float32Array(4))).toBe(false);
    engine.dispose();
  });

  it('names the policy that may forbid WebAssembly, whenever the browser notices', async () => {
    const cause = new WebAssembly.CompileError('disallowed by embedder');
    const validate = vi.spyOn(WebAssembly, 'validate').mockImplementation(() => {
      throw cause;
    });
    const refused: unknown = await Engine.start({ threads: 1 }).catch((error: unknown) => error);
    expect(String(refused)).toMatch(/BackendError: simd: .* 'wasm-unsafe-eval'/);
    expect(refused).toMatchObject({ cause });
    validate.mockRestore();
    vi.spyOn(WebAssembly, 'instantiate').mockRejectedValue(cause);
    await expect(Engine.start({ threads: 1 })).rejects.toThrow(/'wasm-unsafe-eval'/);
  });

  it('makes do with the workers that start', async () => {
    pretendPage({
      crossOriginIsolated: true,
      Worker: class extends SilentWorker {
        override postMessage(): void {
          queueMicrotask(() => this.onerror!({}));
        }
      },
    });
    const engine = await Engine.start({ threads: 3 });
    expect(engine.threads).toBe(1);
    expect(engine.missing.join()).toContain('one thread: a worker does not start, the page');
    engine.dispose();
  });
});
