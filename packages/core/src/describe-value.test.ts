import { describe, expect, it } from 'vitest';
import { describeValue } from './describe-value.ts';

describe('describeValue', () => {
  const circular: unknown[] = [1];
  circular.push(circular);
  it.each<[unknown, string]>([
    ['a', '"a"'],
    ['x'.repeat(80), `"${'x'.repeat(57)}..."`],
    [1.5, '1.5'],
    [NaN, 'NaN'],
    [10n, '10'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [[1, 'a'], '[1, "a"]'],
    [[[1], []], '[an array of 1, an array of 0]'],
    [new Array(9).fill(0), 'an array of 9'],
    [circular, '[1, an array of 2]'],
    [{ a: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [new Map(), 'a Map'],
    [new AbortController(), 'an AbortController'],
    [new Int32Array(1), 'an Int32Array'],
    [new Error('x'), 'an Error'],
    [new Uint8Array(1), 'a Uint8Array'],
    [new (class {})(), 'an object'],
    [new Float32Array(2), 'a Float32Array'],
    [function named() {}, 'the function named'],
    [() => 1, 'a function'],
  ])('%#', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });
});
