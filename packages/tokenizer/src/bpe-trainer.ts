import { alphabetOrder, bytesToSymbols } from './byte-alphabet.ts';
import { MergeLearner } from './merge-learner.ts';
import { byteWords } from './symbol-words.ts';
import type { CountedWords } from './word-counts.ts';

/** The learner of byte-level BPE: words are UTF-8 bytes, and the 256 bytes are the first tokens. */
export function byteMergeLearner(words: CountedWords, minFrequency: number): MergeLearner {
  const idOfByte = new Int32Array(256);
  alphabetOrder.forEach((byte, id) => (idOfByte[byte] = id));
  const tokens = Array.from(alphabetOrder, (byte) => bytesToSymbols(Uint8Array.of(byte)));
  return new MergeLearner(byteWords(words, idOfByte), { tokens, minFrequency });
}
