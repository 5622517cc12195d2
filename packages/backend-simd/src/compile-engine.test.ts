import { BackendError } from '@gptloom/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compileEngine } from './compile-engine.ts';

afterEach(() => vi.restoreAllMocks());

describe('the compiled engine', () => {
  it('has fused multiply-add', async () => {
    const { relaxed, wide, missing } = await compileEngine({ wideSimd: false });
    expect({ relaxed, wide, missing }).toEqual({
      ...{ relaxed: true, wide: false },
      missing: ['no 256-bit operations: switched off'],
    });
  });

  it('goes without where there is no relaxed SIMD, and says so', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValueOnce(false);
    const { module, relaxed, missing } = await compileEngine({ wideSimd: true });
    expect(relaxed).toBe(false);
    expect(missing).toContain('no fused multiply-add: the engine has no relaxed SIMD');
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    vi.restoreAllMocks();
    const usual = await compileEngine({ wideSimd: true });
    expect(names).toEqual(WebAssembly.Module.exports(usual.module).map(({ name }) => name));
  });

  it('needs SIMD and threads', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    await expect(compileEngine({ wideSimd: true })).rejects.toThrow(BackendError);
  });
});
