import { whitespace } from '../unicode/character-sets.ts';
import type { AlignedText } from './aligned-text.ts';

/** Removes white space at the sides. */
export function strip(piece: AlignedText, left: boolean, right: boolean): void {
  const { text } = piece;
  let start = 0;
  let end = text.length;
  // White space is of one unit each.
  if (left) while (start < end && whitespace.has(text.charCodeAt(start))) start++;
  if (right) while (end > start && whitespace.has(text.charCodeAt(end - 1))) end--;
  if (start === 0 && end === text.length) return;
  const kept = [...text.slice(start, end)];
  piece.transform(kept, new Int8Array(kept.length), start);
}
