import { isNormalized, normalizeCharacters, normalizeText, type NormalizationForm } from '../unicode/normalization.ts';
import type { AlignedText } from './aligned-text.ts';

/** Brings a piece into a normalization form of Unicode. */
export function toNormalizationForm(piece: AlignedText, form: NormalizationForm): void {
  if (isNormalized(piece.text, form)) return;
  if (!piece.tracked) {
    piece.text = normalizeText(piece.text, form);
    return;
  }
  const { characters, changes } = normalizeCharacters(piece.text, form);
  piece.transform(characters, changes);
}
