import { bytesToSymbols, symbolsToBytes } from './byte-alphabet.ts';
import { cutText } from './cut-text.ts';
import { grown } from './grow.ts';
import type { IdList } from './id-list.ts';
import { mergeSymbols, type RankedMerges } from './merge-symbols.ts';
import type { WordSplitter } from './split-words.ts';
import { Utf8Text } from './utf8-text.ts';
import { WordTable } from './word-table.ts';

// Text repeats its words: each is merged once and remembered, as long as it is short and the memory is small.
const longestRemembered = 64;
const mostRememberedBytes = 1 << 21;
const pieceUnits = 1 << 12;
const utf8 = /* @__PURE__ */ new Utf8Text();

/** Turns text without special tokens into ids: splits words, then merges the bytes of each. */
export class BpeEncoder {
  private readonly splitter: WordSplitter;
  private readonly merges: RankedMerges;
  private readonly idOfByte: Int32Array;
  // Tokens that stay whole though merging does not lead to them, by their text in the byte alphabet.
  private readonly wholeWords = new Map<string, number>();
  private words = new WordTable();
  // The id of each word that is one token; for others where their ids are in `lists`, negated and less one.
  private wordIds: Int32Array = new Int32Array(256);
  // The number of ids, then the ids.
  private lists: Int32Array = new Int32Array(1024);
  private listed = 0;
  private symbols: Int32Array = new Int32Array(longestRemembered);

  /**
   * @param idOfByte `[256]` the token of each byte
   * @param wholeWords ids of texts in the byte alphabet; a word among them is one token, whatever merging makes of it
   */
  constructor(
    splitter: WordSplitter,
    merges: RankedMerges,
    idOfByte: Int32Array,
    wholeWords: Iterable<readonly [text: string, id: number]> = [],
  ) {
    this.splitter = splitter;
    this.merges = merges;
    this.idOfByte = idOfByte;
    // Mostly none is left, and then no word need be looked up.
    const unmerged = Array.from(wholeWords).filter(([text]) => {
      const bytes = symbolsToBytes(text);
      return bytes !== undefined && this.merge(bytes, 0, bytes.length) !== 1;
    });
    for (const [text, id] of unmerged) this.wholeWords.set(text, id);
  }

  /** Appends the ids of `text`. */
  encode(text: string, list: IdList): void {
    // Room that stays unused costs no memory.
    list.reserve(text.length);
    if (text.length <= 2 * pieceUnits || !this.splitter.endsAtLines) this.encodePiece(text, list);
    else for (const piece of cutText(text, pieceUnits)) this.encodePiece(piece, list);
  }

  private encodePiece(text: string, list: IdList): void {
    const length = utf8.write(text);
    const { bytes, view } = utf8;
    const { splitter } = this;
    // A byte gives one token at most.
    const ids = list.reserve(length);
    let { size } = list;
    for (let start = 0; start < length;) {
      const end = splitter.wordEnd(bytes, start, length);
      if (end - start > longestRemembered) {
        const count = this.merge(bytes, start, end);
        for (let i = 0; i < count; i++) ids[size++] = this.symbols[i]!;
      } else {
        const known = this.words.size;
        const word = this.words.add(bytes, view, start, end);
        if (word === known) this.remember(word, bytes, start, end);
        const id = this.wordIds[word]!;
        if (id >= 0) ids[size++] = id;
        else {
          const listEnd = this.lists[-1 - id]! - id;
          for (let i = -id; i < listEnd; i++) ids[size++] = this.lists[i]!;
        }
      }
      start = end;
    }
    list.size = size;
    if (this.words.byteCount > mostRememberedBytes) {
      this.words = new WordTable();
      this.listed = 0;
    }
  }

  /** Merges one word; its ids are then the first of `symbols`, as many as the result says. */
  private merge(bytes: Uint8Array, start: number, end: number): number {
    this.symbols = grown(this.symbols, end - start);
    const { symbols, idOfByte } = this;
    if (this.wholeWords.size > 0) {
      const whole = this.wholeWords.get(bytesToSymbols(bytes.subarray(start, end)));
      if (whole !== undefined) {
        symbols[0] = whole;
        return 1;
      }
    }
    for (let i = start; i < end; i++) symbols[i - start] = idOfByte[bytes[i]!]!;
    return mergeSymbols(symbols, end - start, this.merges);
  }

  private remember(word: number, bytes: Uint8Array, start: number, end: number): void {
    const count = this.merge(bytes, start, end);
    this.wordIds = grown(this.wordIds, word + 1);
    if (count === 1) {
      this.wordIds[word] = this.symbols[0]!;
      return;
    }
    const needed = this.listed + count + 1;
    this.lists = grown(this.lists, needed);
    this.wordIds[word] = -1 - this.listed;
    this.lists[this.listed] = count;
    for (let i = 0; i < count; i++) this.lists[this.listed + 1 + i] = this.symbols[i]!;
    this.listed = needed;
  }
}
