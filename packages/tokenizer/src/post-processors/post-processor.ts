import type { EncodingBuilder } from '../encoding/encoding-builder.ts';
import type { JsonObject } from '../tokenizer-document.ts';

/** Adds what a model wants around texts, and tidies offsets. */
export interface PostProcessor {
  /** The post-processor as `tokenizer.json` has it. */
  readonly json: JsonObject;
  /** How many tokens it adds to a text, or to a pair. */
  addedTokens(isPair: boolean): number;
  /** Works on the parts that will make up the encoding: at first the text, or the two of a pair. */
  process(parts: EncodingBuilder[], addSpecialTokens: boolean): EncodingBuilder[];
}
