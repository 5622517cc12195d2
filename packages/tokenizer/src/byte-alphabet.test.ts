import { expect, test } from 'vitest';
import { alphabetOrder, bytesToSymbols, symbolsToBytes } from './byte-alphabet.ts';

test('printable bytes are themselves, the others follow from U+0100', () => {
  expect(bytesToSymbols(new TextEncoder().encode(' a\n\t'))).toBe('ĠaĊĉ');
  expect(bytesToSymbols(Uint8Array.of(0x00, 0x7f, 0xa0, 0xad, 0xff))).toBe('ĀġłŃÿ');
});

test('every byte has a symbol of its own, and ids follow the symbols', () => {
  const symbols = bytesToSymbols(alphabetOrder);
  expect(new Set(alphabetOrder).size).toBe(256);
  expect([...symbols]).toEqual([...symbols].sort());
  expect(symbolsToBytes(symbols)).toEqual(alphabetOrder);
});

test('a text with a character outside the alphabet stands for no bytes', () => {
  expect(symbolsToBytes('a b')).toBeUndefined();
  expect(symbolsToBytes('日')).toBeUndefined();
});
