// Python's \w: letters, numbers of all kinds, and the underscore, but no combining marks.
const wordPattern = /[\p{L}\p{N}_]+/gu;

/**
 * The words of a text as scikit-learn's CountVectorizer sees them by default: lowercase runs of two or more letters,
 * digits or underscores.
 */
export function splitWords(text: string): string[] {
  const words = text.toLowerCase().match(wordPattern) ?? [];
  // A single character beyond the basic plane has length 2.
  return words.filter((word) => word.length > 2 || [...word].length > 1);
}
