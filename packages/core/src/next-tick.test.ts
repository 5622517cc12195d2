import { afterEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from './next-tick.ts';

describe('nextTick', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each(['setImmediate', 'a message channel'])('lets timers and input run, by %s', async (by) => {
    const original = setImmediate;
    if (by !== 'setImmediate') vi.stubGlobal('setImmediate', undefined);
    let turned = false;
    original(() => {
      turned = true;
    });
    const deadline = Date.now() + 5000;
    while (!turned && Date.now() < deadline) await nextTick();
    expect(turned).toBe(true);
  });
});
