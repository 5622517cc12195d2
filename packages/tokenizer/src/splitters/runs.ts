import { byteClasses, characterClass, space } from '../character-class.ts';
import { characterBefore, characterEnd, codePointAt } from '../utf8-text.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
const slash = 0x2f;

/** Whether a byte or code point is a line feed or a carriage return. */
export function isLineEnd(character: number): boolean {
  return character === newline || character === carriageReturn;
}

/** The end of the run of characters of class `kind` that starts at `start`. */
export function runEnd(bytes: Uint8Array, start: number, length: number, kind: number): number {
  let at = start;
  for (;;) {
    while (at < length && byteClasses[bytes[at]!] === kind) at++;
    if (at >= length || bytes[at]! < 0x80 || characterClass(codePointAt(bytes, at)) !== kind) return at;
    at = characterEnd(bytes, at);
  }
}

/** The end of the run of line ends, and of slashes where they count, that starts at `start`. */
export function lineEndsEnd(bytes: Uint8Array, start: number, length: number, withSlashes: boolean): number {
  let at = start;
  for (; at < length; at++) {
    const byte = bytes[at]!;
    if (!isLineEnd(byte) && !(withSlashes && byte === slash)) break;
  }
  return at;
}

/** The end of the first `most` characters, all of class `kind`, from `start` on. */
export function shortRunEnd(bytes: Uint8Array, start: number, length: number, kind: number, most: number): number {
  let at = start;
  for (let i = 0; i < most && at < length; i++) {
    if (characterClass(codePointAt(bytes, at)) !== kind) break;
    at = characterEnd(bytes, at);
  }
  return at;
}

/**
 * The end of a word of white space, `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last line end, otherwise before a visible
 * character without the last of several.
 */
export function spaceEnd(bytes: Uint8Array, start: number, length: number): number {
  const end = runEnd(bytes, start, length, space);
  for (let at = end; at > start; at--) if (isLineEnd(bytes[at - 1]!)) return at;
  const last = characterBefore(bytes, end);
  return end === length || last === start ? end : last;
}
