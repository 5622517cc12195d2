import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';

describe('fingerprint', () => {
  // Known answers of FNV-1a 64 (Fowler, Noll, Vo: test_fnv.c).
  it.each([
    ['', 'cbf29ce484222325'],
    ['a', 'af63dc4c8601ec8c'],
    ['foobar', '85944171f73967e8'],
  ])('of "%s" is %s', (text, digest) => {
    expect(fingerprint(text)).toBe(digest);
    expect(fingerprint(new TextEncoder().encode(text))).toBe(digest);
  });

  it('equals FNV-1a in 64-bit integers for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        let hash = 0xcbf29ce484222325n;
        for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
        expect(fingerprint(bytes)).toBe(hash.toString(16).padStart(16, '0'));
      }),
      { seed: 1 },
    );
  });
});
