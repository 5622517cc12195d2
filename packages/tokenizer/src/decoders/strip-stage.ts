import type { DecoderStage } from './decoder.ts';

/** A token without up to `left` and `right` of a character at its sides. */
export function stripToken(token: string, content: string, left: number, right: number): string {
  let start = 0;
  let end = token.length;
  for (let i = 0; i < left && token.startsWith(content, start); i++) start += content.length;
  for (let i = 0; i < right && end > start && token.startsWith(content, end - content.length); i++) {
    end -= content.length;
  }
  return token.slice(start, end);
}

/** The same for one token that arrives in pieces: what may be stripped from its end waits. */
export function fusedStripStage(content: string, left: number, right: number): DecoderStage {
  let toStrip = left;
  let held = '';
  return {
    push(piece, emit) {
      let text = piece;
      while (toStrip > 0 && text !== '') {
        if (text.startsWith(content)) {
          text = text.slice(content.length);
          toStrip--;
        } else toStrip = 0;
      }
      if (right === 0) {
        if (text !== '') emit(text);
        return;
      }
      held += text;
      let end = held.length;
      while (end > 0 && held.startsWith(content, end - content.length) && end >= content.length) end -= content.length;
      if (end > 0) emit(held.slice(0, end));
      held = held.slice(end);
    },
    flush(emit) {
      const kept = held.slice(Math.min(held.length, right * content.length));
      if (kept !== '') emit(kept);
    },
  };
}
