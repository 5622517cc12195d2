import { TokenizerError } from '@gptloom/core';
import { JsonFields } from '../json-fields.ts';
import type { JsonObject } from '../tokenizer-document.ts';
import { directionJson, readDirection } from './direction.ts';
import type { EncodingBuilder } from './encoding-builder.ts';

/** How long encodings are cut. */
export interface Truncation {
  /** Most tokens of an encoding, those that a template adds among them. */
  readonly maxLength: number;
  /** Tokens that neighboring pieces share. Default 0. */
  readonly stride?: number | undefined;
  /** Which text of a pair is cut: the longer one first, or one of them alone. Default `longestFirst`. */
  readonly strategy?: 'longestFirst' | 'onlyFirst' | 'onlySecond' | undefined;
  /** The side that is cut off. Default `right`. */
  readonly direction?: 'left' | 'right' | undefined;
}

const strategies = { LongestFirst: 'longestFirst', OnlyFirst: 'onlyFirst', OnlySecond: 'onlySecond' } as const;

/** Reads the `truncation` of `tokenizer.json`. */
export function readTruncation(value: unknown): Truncation {
  const fields = new JsonFields('truncation', value, ['direction', 'max_length', 'strategy', 'stride']);
  const names = Object.keys(strategies) as (keyof typeof strategies)[];
  return {
    maxLength: fields.count('max_length'),
    stride: fields.count('stride'),
    strategy: strategies[fields.oneOf('strategy', names)],
    direction: readDirection(fields, 'Right'),
  };
}

/** The `truncation` of `tokenizer.json`. */
export function truncationJson(truncation: Truncation): JsonObject {
  const { maxLength, stride = 0, strategy = 'longestFirst', direction } = truncation;
  return {
    direction: directionJson(direction),
    max_length: maxLength,
    strategy: strategy.charAt(0).toUpperCase() + strategy.slice(1),
    stride,
  };
}

/** Refuses to encode. */
export function refuseEncoding(rule: string, received?: string): never {
  throw new TokenizerError({ who: 'JsonTokenizer.encodeDetailed', rule, received });
}

/**
 * Cuts one or two encodings to `maxLength` tokens together. Source: huggingface/tokenizers `truncate_encodings`.
 *
 * @throws TokenizerError where the text that is to be cut is missing or too short, or the stride too long
 */
export function truncateEncodings(encodings: readonly EncodingBuilder[], truncation: Truncation): void {
  const { maxLength, stride = 0, strategy = 'longestFirst', direction } = truncation;
  const cut = (encoding: EncodingBuilder, length: number): void => {
    if (length > 0 && length < encoding.length && stride >= length) {
      refuseEncoding(
        'truncation.stride must be below the tokens that are left for the text',
        `${stride}, ${length} left`,
      );
    }
    encoding.truncate(length, stride, direction);
  };
  if (maxLength === 0) {
    for (const encoding of encodings) cut(encoding, 0);
    return;
  }
  const total = encodings.reduce((sum, { length }) => sum + length, 0);
  if (total <= maxLength) return;
  const [first, second] = encodings as [EncodingBuilder, EncodingBuilder | undefined];
  if (strategy === 'longestFirst') {
    if (second === undefined) {
      cut(first, maxLength);
      return;
    }
    const [firstLength, secondLength] = shareLength(first.length, second.length, maxLength);
    cut(first, firstLength);
    cut(second, secondLength);
    return;
  }
  const target =
    strategy === 'onlyFirst' ? first : (second ?? refuseEncoding('truncation onlySecond needs a second text'));
  const left = target.length - (total - maxLength);
  if (left <= 0) refuseEncoding('the text that truncation may cut must be long enough', `${target.length} tokens`);
  cut(target, left);
}

/** The longer one gives first; where both must, each has half. */
function shareLength(first: number, second: number, maxLength: number): [number, number] {
  let short = Math.min(first, second);
  let long = short > maxLength ? short : Math.max(short, maxLength - short);
  if (short + long > maxLength) {
    short = Math.floor(maxLength / 2);
    long = short + (maxLength % 2);
  }
  return first > second ? [long, short] : [short, long];
}
