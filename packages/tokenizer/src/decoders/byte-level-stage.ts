import { symbolsToBytes } from '../byte-alphabet.ts';
import type { DecoderStage } from './decoder.ts';
import { lossyUtf8, utf8 } from '../utf8.ts';

/** Tokens in GPT-2's byte alphabet as text; others count as their UTF-8 bytes. Invalid bytes become U+FFFD. */
export function byteLevelStage(): DecoderStage {
  const decoder = lossyUtf8();
  return {
    push(token, emit) {
      const text = decoder.decode(symbolsToBytes(token) ?? utf8.encode(token), { stream: true });
      if (text !== '') emit(text);
    },
    flush(emit) {
      const text = decoder.decode();
      if (text !== '') emit(text);
    },
  };
}
