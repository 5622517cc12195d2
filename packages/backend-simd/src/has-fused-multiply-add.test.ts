import { afterEach, expect, it, vi } from 'vitest';
import { Engine } from './engine.ts';
import { hasFusedMultiplyAdd } from './has-fused-multiply-add.ts';

afterEach(() => vi.restoreAllMocks());

it('tells one rounding from two', async () => {
  // Every processor that this repository is tested on has the operation.
  const fused = await Engine.start({ threads: 1 });
  expect(hasFusedMultiplyAdd(fused)).toBe(true);
  fused.dispose();
  vi.spyOn(WebAssembly, 'validate').mockReturnValueOnce(false);
  const plain = await Engine.start({ threads: 1 });
  expect(hasFusedMultiplyAdd(plain)).toBe(false);
  plain.dispose();
});
