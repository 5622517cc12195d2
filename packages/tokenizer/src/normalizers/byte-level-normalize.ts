import { bytesToSymbols } from '../byte-alphabet.ts';
import type { AlignedText } from './aligned-text.ts';
import { utf8 } from '../utf8.ts';

/** Writes the UTF-8 bytes of a piece in GPT-2's byte alphabet. */
export function byteLevelNormalize(piece: AlignedText): void {
  if (!piece.tracked) {
    piece.text = bytesToSymbols(utf8.encode(piece.text));
    return;
  }
  const characters: string[] = [];
  const changes: number[] = [];
  for (const character of piece.text) {
    let change = 0;
    for (const symbol of bytesToSymbols(utf8.encode(character))) {
      characters.push(symbol);
      changes.push(change);
      change = 1;
    }
  }
  piece.transform(characters, changes);
}
