import { foldIn, type RandomKey } from '@gptloom/core';
import { JsonFields } from '../json-fields.ts';
import { mergeByHeap } from '../merge-by-heap.ts';
import { mergeSymbols, type RankedMerges } from '../merge-symbols.ts';
import { refuse, type JsonObject } from '../tokenizer-document.ts';
import { byteTokenIds } from './byte-tokens.ts';
import { PieceMemory, utf8Length, type PieceTokens } from './model.ts';
import { readMerges } from './read-merges.ts';
import { Vocabulary } from './vocabulary.ts';
import { VocabularyModel } from './vocabulary-model.ts';
import { missingUnknown } from './word-level-model.ts';
import { utf8 } from '../utf8.ts';

/** What a BPE model is made of besides vocabulary and merges. */
export interface BpeSettings {
  /** The probability with which a merge is left out; 0 for none. */
  readonly dropout: number | null;
  readonly unknownToken: string | null;
  readonly continuingPrefix: string | null;
  readonly endOfWordSuffix: string | null;
  /** Whether neighboring unknown characters are one token. */
  readonly fuseUnknown: boolean;
  /** Whether characters without token become the tokens `<0x00>` ... `<0xFF>` of their bytes. */
  readonly byteFallback: boolean;
  /** Whether a piece that is a token needs no merges. */
  readonly ignoreMerges: boolean;
}

const members = [
  'type',
  'dropout',
  'unk_token',
  'continuing_subword_prefix',
  'end_of_word_suffix',
  'fuse_unk',
  'byte_fallback',
  'ignore_merges',
  'vocab',
  'merges',
];
const wordStart = '\u2581';
const dropoutKey: RandomKey = [0, 0];

/**
 * Byte pair encoding of the characters of a piece: of all neighboring pairs that have a merge, the one of the best rank
 * becomes one token, until none is left.
 * Source: Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units"; huggingface/tokenizers `BPE`.
 */
export class BpeModel extends VocabularyModel {
  readonly merges: RankedMerges;
  readonly settings: BpeSettings;
  private readonly memory = new PieceMemory();
  private readonly byteIds: Int32Array | undefined;
  private readonly cutsAtWordStarts: boolean;

  constructor(vocabulary: Vocabulary, merges: RankedMerges, settings: BpeSettings) {
    super(vocabulary);
    this.merges = merges;
    this.settings = settings;
    this.byteIds = settings.byteFallback ? byteTokenIds((token) => this.idOf(token)) : undefined;
    this.cutsAtWordStarts = this.noMergeCrossesWordStart();
  }

  static read(value: unknown): BpeModel {
    const fields = new JsonFields('model', value, members);
    const text = (key: string): string | null => (fields.has(key) ? fields.string(key) : null);
    const flag = (key: string): boolean => fields.has(key) && fields.boolean(key);
    const dropout = fields.has('dropout') ? fields.number('dropout') : null;
    if (dropout !== null && !(dropout >= 0 && dropout <= 1)) refuse('model.dropout', 'must be from 0 to 1', dropout);
    const vocabulary = Vocabulary.read(fields.object['vocab']);
    const continuingPrefix = text('continuing_subword_prefix');
    const merges = readMerges(fields.object['merges'], vocabulary, continuingPrefix ?? '');
    return new BpeModel(vocabulary, merges, {
      dropout,
      unknownToken: text('unk_token'),
      continuingPrefix,
      endOfWordSuffix: text('end_of_word_suffix'),
      fuseUnknown: flag('fuse_unk'),
      byteFallback: flag('byte_fallback'),
      ignoreMerges: flag('ignore_merges'),
    });
  }

  tokenize(piece: string): PieceTokens {
    const { ignoreMerges, dropout } = this.settings;
    const whole = ignoreMerges ? this.idOf(piece) : undefined;
    if (whole !== undefined && !dropout) return { ids: [whole], starts: [0], ends: [utf8Length(piece)] };
    if (dropout) return this.merged(piece);
    if (piece.length > 64 && this.cutsAtWordStarts) return this.wordByWord(piece);
    return this.memory.tokens(piece, (text) => this.merged(text));
  }

  /** Where no merge reaches over the start of a word, words stand for themselves and can be remembered. */
  private wordByWord(piece: string): PieceTokens {
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    let bytes = 0;
    for (let start = 0; start < piece.length;) {
      let end = start;
      while (piece.startsWith(wordStart, end)) end++;
      end = piece.indexOf(wordStart, end);
      if (end < 0) end = piece.length;
      const word = this.memory.tokens(piece.slice(start, end), (text) => this.merged(text));
      for (let i = 0; i < word.ids.length; i++) {
        ids.push(word.ids[i]!);
        starts.push(bytes + word.starts[i]!);
        ends.push(bytes + word.ends[i]!);
      }
      if (word.ids.length > 0) bytes = ends.at(-1)!;
      start = end;
    }
    return { ids, starts, ends };
  }

  private noMergeCrossesWordStart(): boolean {
    const { continuingPrefix, endOfWordSuffix } = this.settings;
    if (continuingPrefix || endOfWordSuffix || this.idOf(wordStart) === undefined) return false;
    const tokens = this.vocabulary.tokens;
    const crosses = new RegExp(`[^${wordStart}]${wordStart}`, 'u');
    return this.merges.results.every((id) => !crosses.test(tokens[id]!));
  }

  private merged(piece: string): PieceTokens {
    const { symbols, ends, count } = this.symbolsOf(piece);
    const places = new Int32Array(count);
    const left = this.settings.dropout
      ? mergeByHeap(symbols, count, this.merges, places, this.dropouts(piece, this.settings.dropout))
      : mergeSymbols(symbols, count, this.merges, places);
    const tokenEnds = new Int32Array(left);
    const tokenStarts = new Int32Array(left);
    for (let i = 0; i < left; i++) {
      tokenStarts[i] = places[i] === 0 ? 0 : ends[places[i]! - 1]!;
      tokenEnds[i] = ends[(i + 1 < left ? places[i + 1]! : count) - 1]!;
    }
    return { ids: symbols.slice(0, left), starts: tokenStarts, ends: tokenEnds };
  }

  /**
   * BPE-dropout: whether a merge that comes up is left out, drawn from the text of the piece, so that the same text has the
   * same tokens.
   * Source: Provilkov et al. 2020, "BPE-Dropout", section 3; huggingface/tokenizers `Word::merge_all`.
   */
  private dropouts(piece: string, probability: number): () => boolean {
    const key = foldIn(dropoutKey, piece);
    let drawn = 0;
    // 32 random bits each.
    return () => foldIn(key, drawn++)[0] < probability * 2 ** 32;
  }

  /** The ids that a piece begins with before any merge, and the bytes of the piece up to the end of each. */
  private symbolsOf(piece: string): { symbols: Int32Array; ends: Int32Array; count: number } {
    const { unknownToken, continuingPrefix, endOfWordSuffix, fuseUnknown } = this.settings;
    // Prefix and suffix have bytes of their own where characters fall back to bytes.
    const most = 4 * (piece.length + 2) + (continuingPrefix?.length ?? 0) * 3 * piece.length;
    const room = this.byteIds === undefined ? piece.length : most + 3 * (endOfWordSuffix?.length ?? 0);
    const symbols = new Int32Array(room);
    const ends = new Int32Array(room);
    let count = 0;
    let bytes = 0;
    let unknownBytes = 0;
    const push = (id: number, length: number): void => {
      symbols[count] = id;
      bytes += length;
      ends[count++] = bytes;
    };
    const flush = (): void => {
      if (unknownBytes === 0) return;
      push(this.idOf(unknownToken!) ?? missingUnknown(piece, unknownToken), unknownBytes);
      unknownBytes = 0;
    };
    for (let at = 0; at < piece.length;) {
      const codePoint = piece.codePointAt(at)!;
      const next = at + (codePoint > 0xffff ? 2 : 1);
      const length = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
      let symbol = piece.slice(at, next);
      if (at > 0 && continuingPrefix) symbol = continuingPrefix + symbol;
      if (next === piece.length && endOfWordSuffix) symbol += endOfWordSuffix;
      at = next;
      const id = this.idOf(symbol);
      if (id !== undefined) {
        flush();
        push(id, length);
        continue;
      }
      const fallback =
        this.byteIds === undefined ? [] : Array.from(utf8.encode(symbol), (byte) => this.byteIds![byte]!);
      if (fallback.length > 0 && !fallback.includes(-1)) {
        // Unknown characters before wait for the next one that is known: so does the reference.
        for (const byteId of fallback) push(byteId, 1);
      } else if (unknownToken !== null) {
        if (!fuseUnknown) flush();
        unknownBytes += length;
      }
    }
    flush();
    return { symbols, ends, count };
  }

  toJson(): JsonObject {
    const { settings, merges, vocabulary } = this;
    return {
      type: 'BPE',
      dropout: settings.dropout,
      unk_token: settings.unknownToken,
      continuing_subword_prefix: settings.continuingPrefix,
      end_of_word_suffix: settings.endOfWordSuffix,
      fuse_unk: settings.fuseUnknown,
      byte_fallback: settings.byteFallback,
      ignore_merges: settings.ignoreMerges,
      vocab: vocabulary.toJson(),
      merges: Array.from(merges.results, (_, rank) => [
        vocabulary.tokens[merges.ranks.left(rank)],
        vocabulary.tokens[merges.ranks.right(rank)],
      ]),
    };
  }
}
