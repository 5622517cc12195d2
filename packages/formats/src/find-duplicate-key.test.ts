import { describe, expect, it } from 'vitest';
import { findDuplicateKey } from './find-duplicate-key.ts';

describe('findDuplicateKey', () => {
  it.each([
    ['{}', undefined],
    ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}', undefined],
    ['{"a":"b","b":"a"}', undefined],
    ['["a","a"]', undefined],
    ['{"a":":","b":"\\"a\\":1"}', undefined],
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"x":[0,{"y" : 1,\n"z":{}, "y" : 2}]}', 'y'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('of %s is %s', (text, key) => {
    expect(findDuplicateKey(text)).toBe(key);
  });

  it('passes over strings of many megabytes', () => {
    expect(findDuplicateKey(`{"a":"${'\\\\x'.repeat(3_000_000)}","a":1}`)).toBe('a');
  });
});
