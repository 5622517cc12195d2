import type { AlignedText } from './aligned-text.ts';

const isDropped = (point: number): boolean =>
  (point >= 0x01 && point <= 0x08) ||
  point === 0x0b ||
  (point >= 0x0e && point <= 0x1f) ||
  point === 0x7f ||
  point === 0x8f ||
  point === 0x9f;

/** Drops control characters and makes spaces of white space. Source: huggingface/tokenizers `Nmt`. */
export function normalizeNmt(piece: AlignedText): void {
  piece.filter((point) => !isDropped(point));
  const spaced = piece.text.replace(/[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g, ' ');
  if (spaced !== piece.text) piece.replaceSameLength(spaced);
}
