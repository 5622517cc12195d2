import { cutText } from './cut-text.ts';
import type { WordSplitter } from './split-words.ts';
import { Utf8Text } from './utf8-text.ts';

const pieceUnits = 1 << 12;
const utf8 = /* @__PURE__ */ new Utf8Text();

/** Where the words of a text end, as UTF-16 indexes. */
export function wordEnds(text: string, splitter: WordSplitter): number[] {
  const ends: number[] = [];
  let units = 0;
  for (const piece of splitter.endsAtLines ? cutText(text, pieceUnits) : [text]) {
    const length = utf8.write(piece);
    const { bytes } = utf8;
    for (let start = 0; start < length;) {
      const end = splitter.wordEnd(bytes, start, length);
      for (let i = start; i < end; i++) {
        const byte = bytes[i]!;
        // One unit for the lead of each character, another one where it has four bytes.
        if ((byte & 0xc0) !== 0x80) units += byte < 0xf0 ? 1 : 2;
      }
      ends.push(units);
      start = end;
    }
  }
  return ends;
}
