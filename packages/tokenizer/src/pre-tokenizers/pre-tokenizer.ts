import type { AlignedText } from '../normalizers/aligned-text.ts';
import type { JsonObject } from '../tokenizer-document.ts';

/** Cuts normalized text into the pieces that the model sees. */
export interface PreTokenizer {
  /** The pre-tokenizer as `tokenizer.json` has it. */
  readonly json: JsonObject;
  /** The pieces of a piece, none of them empty. */
  split(piece: AlignedText): AlignedText[];
}
