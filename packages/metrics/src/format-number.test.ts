import { describe, expect, it } from 'vitest';
import { golden } from '../test/golden.ts';
import { formatFixed, padLeft } from './format-number.ts';

describe('formatFixed', () => {
  it.each(golden.formats)('%d with %d decimals is %s, as in Python', (value, digits, text) => {
    expect(formatFixed(value, digits)).toBe(text);
  });

  it('writes NaN like Python', () => {
    expect(formatFixed(NaN, 2)).toBe('nan');
  });
});

describe('padLeft', () => {
  it('counts code points', () => {
    expect(padLeft('😀', 3)).toBe('  😀');
    expect(padLeft('long', 2)).toBe('long');
  });
});
