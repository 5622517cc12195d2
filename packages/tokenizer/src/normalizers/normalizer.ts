import type { JsonObject } from '../tokenizer-document.ts';
import type { AlignedText } from './aligned-text.ts';

/** Changes text before it is cut into words. */
export interface Normalizer {
  /** The normalizer as `tokenizer.json` has it. */
  readonly json: JsonObject;
  normalize(piece: AlignedText): void;
}
