import type { AlignedText } from './aligned-text.ts';

/** Lowercases each character for itself: a final sigma is an ordinary one. */
export function lowercase(piece: AlignedText): void {
  const { text } = piece;
  // Only two capitals have a lowercase that depends on the word or is longer.
  if (!/[\u03a3\u0130]/.test(text)) {
    const lower = text.toLowerCase();
    if (lower === text) return;
    if (lower.length === text.length) {
      piece.replaceSameLength(lower);
      return;
    }
  }
  const characters: string[] = [];
  const changes: number[] = [];
  for (const character of text) {
    let change = 0;
    for (const lower of character.toLowerCase()) {
      characters.push(lower);
      changes.push(change);
      change = 1;
    }
  }
  piece.transform(characters, changes);
}
