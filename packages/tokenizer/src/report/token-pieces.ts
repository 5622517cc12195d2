import type { AllowedSpecial, Tokenizer } from '@gptloom/core';
import { detailedTokenizer } from '../detailed-tokenizer.ts';

/** A stretch of a text and the tokens that it becomes: one, or several where a character is cut into bytes. */
export interface TokenPiece {
  readonly text: string;
  readonly ids: readonly number[];
}

/** A text in the order of its tokens. What no token stands for, such as spaces that are dropped, has no ids. */
export function tokenPieces(tokenizer: Tokenizer, text: string, allowedSpecial: AllowedSpecial): TokenPiece[] {
  const { ids, offsets } = detailedTokenizer('colorTokens', tokenizer).encodeDetailed(text, {
    addSpecialTokens: false,
    truncation: null,
    padding: null,
    allowedSpecial,
  });
  const pieces: { start: number; end: number; ids: number[] }[] = [];
  ids.forEach((id, i) => {
    const [start, end] = offsets[i]!;
    const last = pieces.at(-1);
    if (last !== undefined && (start < last.end || start === end)) {
      last.ids.push(id);
      last.end = Math.max(last.end, end);
    } else pieces.push({ start, end, ids: [id] });
  });
  const found: TokenPiece[] = [];
  let at = 0;
  for (const { start, end, ids: own } of pieces) {
    if (start > at) found.push({ text: text.slice(at, start), ids: [] });
    found.push({ text: text.slice(Math.max(at, start), end), ids: own });
    at = Math.max(at, end);
  }
  if (at < text.length) found.push({ text: text.slice(at), ids: [] });
  return found;
}
