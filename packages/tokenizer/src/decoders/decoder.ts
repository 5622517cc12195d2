import type { JsonObject } from '../tokenizer-document.ts';

/** Receives the texts that a stage is sure of. */
export type Emit = (text: string) => void;

/** One run of a decoder over tokens that arrive one by one. */
export interface DecoderStage {
  push(token: string, emit: Emit): void;
  /** At the end: what was held back. */
  flush(emit: Emit): void;
}

/**
 * Turns the texts of tokens into text, step by step. After a decoder that fuses, the next ones see one token; its text
 * still arrives in pieces, which a fused stage takes as parts of one.
 */
export interface Decoder {
  /** The decoder as `tokenizer.json` has it. */
  readonly json: JsonObject;
  /** Whether what comes out is one token, in pieces. */
  readonly fuses: boolean;
  /** A run over tokens. */
  start(): DecoderStage;
  /** A run over the pieces of one token; by default it waits for all of them. */
  startFused?(): DecoderStage;
}

/** A stage that changes each token for itself, knowing its place. */
export function eachToken(change: (token: string, index: number) => string): DecoderStage {
  let index = 0;
  return {
    push: (token, emit) => emit(change(token, index++)),
    flush: () => {},
  };
}

/** A stage that puts the pieces of one token together before another sees it. */
export function wholeToken(stage: DecoderStage): DecoderStage {
  let text = '';
  let any = false;
  return {
    push(piece) {
      text += piece;
      any = true;
    },
    flush(emit) {
      if (any) stage.push(text, emit);
      stage.flush(emit);
    },
  };
}
