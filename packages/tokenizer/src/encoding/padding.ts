import { JsonFields } from '../json-fields.ts';
import { isObject, refuse, type JsonObject } from '../tokenizer-document.ts';
import { isCount } from '../json-fields.ts';
import { directionJson, readDirection } from './direction.ts';
import { addedSpecial, type EncodingBuilder } from './encoding-builder.ts';

/** How short encodings are filled. */
export interface Padding {
  /** The length to fill to; by default that of the longest encoding of a batch. */
  readonly length?: number | undefined;
  /** The length is rounded up to a multiple of this. */
  readonly multipleOf?: number | undefined;
  /** The side that is filled. Default `right`. */
  readonly direction?: 'left' | 'right' | undefined;
  /** The id that fills. Default `padToken` of the tokenizer. */
  readonly id?: number | undefined;
  /** The text of the id. Default its text in the vocabulary. */
  readonly token?: string | undefined;
  /** The type id of padding. Default 0. */
  readonly typeId?: number | undefined;
}

/** Reads the `padding` of `tokenizer.json`. */
export function readPadding(value: unknown): Padding {
  const known = ['strategy', 'direction', 'pad_to_multiple_of', 'pad_id', 'pad_type_id', 'pad_token'];
  const fields = new JsonFields('padding', value, known);
  return {
    length: readStrategy(fields.object['strategy']),
    multipleOf: fields.has('pad_to_multiple_of') ? fields.count('pad_to_multiple_of') : undefined,
    direction: readDirection(fields),
    id: fields.count('pad_id'),
    token: fields.string('pad_token'),
    typeId: fields.count('pad_type_id'),
  };
}

function readStrategy(strategy: unknown): number | undefined {
  if (strategy === 'BatchLongest') return undefined;
  const length = isObject(strategy) ? strategy['Fixed'] : undefined;
  // The bound keeps a broken file from claiming all memory.
  if (isCount(length) && length <= 1 << 26) return length;
  return refuse('padding.strategy', 'must be "BatchLongest" or {"Fixed": a length}', strategy ?? null);
}

/** The `padding` of `tokenizer.json`. */
export function paddingJson(padding: Padding): JsonObject {
  return {
    strategy: padding.length === undefined ? 'BatchLongest' : { Fixed: padding.length },
    direction: directionJson(padding.direction),
    pad_to_multiple_of: padding.multipleOf ?? null,
    pad_id: padding.id ?? 0,
    pad_type_id: padding.typeId ?? 0,
    pad_token: padding.token ?? '[PAD]',
  };
}

/** Fills encodings to one length. Source: huggingface/tokenizers `pad_encodings`. */
export function padEncodings(
  encodings: readonly EncodingBuilder[],
  padding: Padding & { readonly id: number; readonly token: string },
): void {
  const { multipleOf = 0, direction, id, token, typeId = 0 } = padding;
  let target = padding.length ?? encodings.reduce((most, { length }) => Math.max(most, length), 0);
  if (multipleOf > 0 && target % multipleOf > 0) target += multipleOf - (target % multipleOf);
  const fill = { ...addedSpecial(id, token, typeId), attention: 0 as const };
  for (const encoding of encodings) encoding.pad(target, fill, direction);
}
