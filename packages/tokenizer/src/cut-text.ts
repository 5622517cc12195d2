import { characterClass, space } from './character-class.ts';

const isLetterOrDigit = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39);

/**
 * Where a text may be cut at or after `from` without any word of the usual patterns noticing: after a single newline
 * that ends a line which is not blank and goes before a Latin letter or a digit. -1 where there is no such place.
 */
export function cutPlace(text: string, from: number): number {
  for (let at = text.indexOf('\n', Math.max(1, from - 1)); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (
      at + 1 < text.length &&
      characterClass(text.charCodeAt(at - 1)) !== space &&
      isLetterOrDigit(text.charCodeAt(at + 1))
    )
      return at + 1;
  }
  return -1;
}

/** A long text in pieces of at least `least` UTF-16 units, whose words are those of the whole; a text without a place to cut stays whole. */
export function* cutText(text: string, least: number): Generator<string, void, void> {
  let start = 0;
  while (text.length - start > 2 * least) {
    const end = cutPlace(text, start + least);
    if (end < 0) break;
    yield text.slice(start, end);
    start = end;
  }
  yield start === 0 ? text : text.slice(start);
}
