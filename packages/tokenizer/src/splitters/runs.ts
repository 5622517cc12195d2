import { characterClass, space } from '../character-class.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
const slash = 0x2f;

/** Whether a unit is a line feed or a carriage return. */
export function isLineEnd(unit: number): boolean {
  return unit === newline || unit === carriageReturn;
}

/** The end of the run of characters of class `kind` that starts at `start`. */
export function runEnd(text: string, start: number, kind: number): number {
  let at = start;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if ((unit & 0xf800) !== 0xd800) {
      if (characterClass(unit) !== kind) return at;
      at++;
    } else {
      const codePoint = text.codePointAt(at)!;
      if (characterClass(codePoint) !== kind) return at;
      at += codePoint > 0xffff ? 2 : 1;
    }
  }
  return at;
}

/** The end of the run of line ends, and of slashes where they count, that starts at `start`. */
export function lineEndsEnd(text: string, start: number, withSlashes: boolean): number {
  let at = start;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (!isLineEnd(unit) && !(withSlashes && unit === slash)) break;
  }
  return at;
}

/** The end of the first `most` characters, all of class `kind`, from `start` on. */
export function shortRunEnd(text: string, start: number, kind: number, most: number): number {
  let at = start;
  for (let i = 0; i < most && at < text.length; i++) {
    const codePoint = text.codePointAt(at)!;
    if (characterClass(codePoint) !== kind) break;
    at += codePoint > 0xffff ? 2 : 1;
  }
  return at;
}

/**
 * The end of a word of white space, `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last line end, otherwise before a visible
 * character without the last of several.
 *
 * @param wholeAtEnd `\s+$` comes first: white space at the end of the text is one word
 */
export function spaceEnd(text: string, start: number, wholeAtEnd: boolean): number {
  const end = runEnd(text, start, space);
  if (end === text.length && wholeAtEnd) return end;
  for (let at = end; at > start; at--) if (isLineEnd(text.charCodeAt(at - 1))) return at;
  return end === text.length || end - start === 1 ? end : end - 1;
}
