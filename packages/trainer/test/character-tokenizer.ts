import type { Tokenizer } from '@gptloom/core';

const characters = ' abcdefghijklmnopqrstuvwxyz?.\n';

/** A tokenizer small enough to check by eye: 0 pads, 1 ends, 2 begins, then one id for each character. */
export function characterTokenizer(changes: Partial<Tokenizer> = {}): Tokenizer {
  const special = ['<pad>', '<end>', '<begin>'];
  return {
    vocabSize: characters.length + 3,
    endToken: 1,
    padToken: 0,
    fingerprint: 'characters',
    encode: (text) => [...text].map((character) => characters.indexOf(character) + 3),
    decode: (ids, options) =>
      [...ids].map((id) => characters[id - 3] ?? (options?.keepSpecial === true ? special[id] : '')).join(''),
    streamDecoder: () => ({ push: () => '', flush: () => '' }),
    tokenBytes: () => new Uint8Array(),
    toFiles: () => ({}),
    ...changes,
  };
}
