import type { EncodingBuilder } from '../encoding/encoding-builder.ts';
import type { Offsets } from '../encoding/encoding.ts';
import { whitespace } from '../unicode/character-sets.ts';

// The space in GPT-2's byte alphabet.
const symbolOfSpace = 0x120;

// White space and the symbol are of one unit each.
const isSpace = (unit: number): boolean => unit === symbolOfSpace || whitespace.has(unit);

/** Moves forward by characters, not beyond `limit`. */
function forward(text: string, from: number, count: number, limit: number): number {
  let at = from;
  for (let i = 0; i < count && at < limit; i++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return Math.min(at, limit);
}

/** Moves back by characters, not before `limit`; stays where the text has not so many. */
function backward(text: string, from: number, count: number, limit: number): number {
  let at = from;
  let left = count;
  for (; left > 0 && at > 0; left--) {
    at -= (text.charCodeAt(at - 1) & 0xfc00) === 0xdc00 ? 2 : 1;
  }
  return left > 0 ? from : Math.max(at, limit);
}

/** Leaves white space at the sides of tokens out of offsets. Source: huggingface/tokenizers `process_offsets`. */
export function trimOffsets(encoding: EncodingBuilder, addPrefixSpace: boolean): void {
  const { text } = encoding;
  encoding.tokens = encoding.tokens.map((entry, i) => {
    const { token, offsets } = entry;
    let leading = 0;
    while (leading < token.length && isSpace(token.charCodeAt(leading))) leading++;
    let trailing = 0;
    while (trailing < token.length && isSpace(token.charCodeAt(token.length - 1 - trailing))) trailing++;
    if (leading === 0 && trailing === 0) return entry;
    let [start, end] = offsets as [number, number];
    // The one space that was put in front is not in the text.
    if (leading === 1 && addPrefixSpace && (i === 0 || start === 0)) leading = 0;
    if (leading > 0) start = forward(text, start, leading, end);
    if (trailing > 0) end = backward(text, end, trailing, start);
    return { ...entry, offsets: [start, end] satisfies Offsets };
  });
  for (const one of encoding.overflowing) trimOffsets(one, addPrefixSpace);
}
