import { utf8 } from './utf8.ts';

// `WordTable` looks at eight bytes at a time, of which the last may be behind the text.
const paddingBytes = 8;
// Beyond it room is given back after use.
const mostKept = 1 << 20;
// Up to here writing unit by unit beats a call into the runtime.
const shortUnits = 40;

/** Code points are below it. */
export const codePointCount = 0x110000;

/** A text as UTF-8 bytes in memory that is used again and again. Lone surrogates become U+FFFD. */
export class Utf8Text {
  /** The bytes of the text, then at least eight of any kind. */
  bytes: Uint8Array = new Uint8Array(256);
  /** The same memory. */
  view: DataView = new DataView(this.bytes.buffer);

  /** Replaces the text; gives the number of its bytes. */
  write(text: string): number {
    const needed = 3 * text.length + paddingBytes;
    if (needed > this.bytes.length || (this.bytes.length > mostKept && needed < mostKept)) {
      this.bytes = new Uint8Array(Math.max(needed, Math.min(mostKept, 2 * needed)));
      this.view = new DataView(this.bytes.buffer);
    }
    if (text.length <= shortUnits) {
      const { bytes } = this;
      let at = 0;
      for (; at < text.length; at++) {
        const unit = text.charCodeAt(at);
        if (unit > 0x7f) break;
        bytes[at] = unit;
      }
      if (at === text.length) return at;
    }
    return utf8.encodeInto(text, this.bytes).written;
  }
}

/** The code point that starts at `at` of well-formed UTF-8. */
export function codePointAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return lead;
  const second = bytes[at + 1]! & 0x3f;
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | second;
  const third = bytes[at + 2]! & 0x3f;
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | (second << 6) | third;
  return ((lead & 0x07) << 18) | (second << 12) | (third << 6) | (bytes[at + 3]! & 0x3f);
}

/** Where the character that starts at `at` ends. */
export function characterEnd(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  return at + (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
}

/** Where the character before `at` starts. */
export function characterBefore(bytes: Uint8Array, at: number): number {
  let start = at - 1;
  while ((bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}
