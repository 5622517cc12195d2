import { expect, it } from 'vitest';
import { restoreLegacyUtil } from './legacy-util.ts';

it('puts back what Node 23 removed, and nothing else', () => {
  const util: Record<string, unknown> = { inspect: 1 };
  restoreLegacyUtil(util);
  expect(Object.keys(util)).toEqual(['inspect', 'isNullOrUndefined', 'isArray']);
  const { isNullOrUndefined, isArray } = util as Record<string, (value: unknown) => boolean>;
  expect([null, undefined, 0, '', false].map((value) => isNullOrUndefined?.(value))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect([[], {}, 'a'].map((value) => isArray?.(value))).toEqual([true, false, false]);
});
