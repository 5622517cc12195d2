import { BackendError } from '@gptloom/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../engine.ts';
import { plainEngine } from '../generated/plain-engine.ts';
import { findWrongKernel } from './check-engine.ts';
import { startCheckedEngine } from './start-checked-engine.ts';

const module = new WebAssembly.Module(Buffer.from(plainEngine, 'base64'));
const machinery = ['setThreadScratch', 'openJob', 'closeJob', 'takeItems', 'itemsEnd', 'trap'];
const kernels = WebAssembly.Module.exports(module)
  .filter(({ kind, name }) => kind === 'function' && !machinery.includes(name))
  .map(({ name }) => name);

/**
 * Makes a kernel leave out its last item, and memory begin as NaN, so that nothing right is there by chance. Returns what mends it.
 */
function breakKernel(engine: Engine, kernel: string): () => void {
  const run = engine.run.bind(engine);
  const allocate = engine.pool.allocate.bind(engine.pool);
  engine.run = (name, values, items, chunk) => run(name, values, name === kernel ? items - 1 : items, chunk);
  engine.pool.allocate = (bytes) => {
    const pointer = allocate(bytes);
    engine.float32(pointer, bytes / 4).fill(Number.NaN);
    return pointer;
  };
  return () => {
    engine.run = run;
    engine.pool.allocate = allocate;
  };
}

describe('the check at the start', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await Engine.start({ threads: 1 });
  });
  afterAll(() => engine.dispose());

  it('finds nothing wrong, and leaves no memory behind', () => {
    const { used } = engine.pool.use;
    expect(findWrongKernel(engine)).toBeUndefined();
    expect(engine.pool.use.used).toBe(used);
  });

  it.each(kernels)('finds %s when it is broken', (kernel) => {
    const mend = breakKernel(engine, kernel);
    expect(findWrongKernel(engine)).toMatch(/^'\w+' gives \S+ instead of \S+ for \[/);
    mend();
    expect(findWrongKernel(engine)).toBeUndefined();
  });

  it('falls back to 128-bit operations where only the wider ones are wrong, and says so', async () => {
    const checked = await startCheckedEngine({ threads: 1 }, async (options) => {
      const started = await Engine.start(options);
      if (options?.wideSimd !== false) breakKernel(Object.assign(started, { wide: true }), 'swiglu');
      return started;
    });
    expect(checked.wide).toBe(false);
    expect(checked.tileWidth).toBe(8);
    expect(checked.missing).toEqual([
      expect.stringMatching(/^no 256-bit operations: with them 'GptloomSwiglu' gives NaN instead of/),
    ]);
    checked.dispose();
  });

  it('gives each thing that is missing one reason, and keeps those of other things', async () => {
    const narrow = await Engine.start({ threads: 1, wideSimd: false });
    const others = narrow.missing.filter((reason) => !reason.startsWith('no 256-bit operations'));
    narrow.lacks('one thread: a test says so');
    narrow.lacks('no 256-bit operations: a test says so');
    expect(narrow.missing.toSorted()).toEqual(
      [...others, 'no 256-bit operations: a test says so', 'one thread: a test says so'].toSorted(),
    );
    narrow.dispose();
  });

  it('refuses an engine that is wrong in any case, by the name of the kernel', async () => {
    const broken = startCheckedEngine({ threads: 1 }, async (options) => {
      const started = await Engine.start(options);
      breakKernel(started, 'adamW');
      return started;
    });
    await expect(broken).rejects.toThrow(BackendError);
    await expect(broken).rejects.toThrow(/kernels must agree with plain loops.*'GptloomAdamW'/);
  });
});
