import { byteOfToken } from '../models/byte-tokens.ts';
import type { DecoderStage, Emit } from './decoder.ts';

/** Tokens of bytes, `<0xE2>`, as text; a run of them that is not valid UTF-8 is one U+FFFD a byte. */
export function byteFallbackStage(): DecoderStage {
  let run: number[] = [];
  const emitRun = (emit: Emit): void => {
    if (run.length === 0) return;
    const bytes = Uint8Array.from(run);
    run = [];
    try {
      emit(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    } catch {
      for (let i = 0; i < bytes.length; i++) emit('\ufffd');
    }
  };
  return {
    push(token, emit) {
      const byte = byteOfToken(token);
      if (byte >= 0) {
        run.push(byte);
        return;
      }
      emitRun(emit);
      emit(token);
    },
    flush: emitRun,
  };
}
