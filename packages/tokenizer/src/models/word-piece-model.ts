import { JsonFields } from '../json-fields.ts';
import type { JsonObject } from '../tokenizer-document.ts';
import { PieceMemory, utf8Length, type PieceTokens } from './model.ts';
import { Vocabulary } from './vocabulary.ts';
import { VocabularyModel } from './vocabulary-model.ts';
import { missingUnknown } from './word-level-model.ts';

/** What a WordPiece model is made of. */
export interface WordPieceSettings {
  readonly unknownToken: string;
  /** What tokens inside a word begin with, `##`. */
  readonly continuingPrefix: string;
  /** Words of more code points are unknown. */
  readonly maxCharacters: number;
}

/**
 * The longest token that a word begins with, then the longest that continues it, to its end; a word with a part that no
 * token covers is unknown. Source: Schuster and Nakajima 2012; huggingface/tokenizers `WordPiece`.
 */
export class WordPieceModel extends VocabularyModel {
  private readonly settings: WordPieceSettings;
  private readonly memory = new PieceMemory();
  private readonly longest: number;

  constructor(vocabulary: Vocabulary, settings: WordPieceSettings) {
    super(vocabulary);
    this.settings = settings;
    let longest = 0;
    for (const token of vocabulary.idOf.keys()) longest = Math.max(longest, token.length);
    this.longest = longest;
  }

  static read(value: unknown): WordPieceModel {
    const known = ['type', 'unk_token', 'continuing_subword_prefix', 'max_input_chars_per_word', 'vocab'];
    const fields = new JsonFields('model', value, known);
    return new WordPieceModel(Vocabulary.read(fields.object['vocab']), {
      unknownToken: fields.string('unk_token'),
      continuingPrefix: fields.string('continuing_subword_prefix'),
      maxCharacters: fields.number('max_input_chars_per_word'),
    });
  }

  tokenize(piece: string): PieceTokens {
    return this.memory.tokens(piece, (text) => this.split(text) ?? this.unknown(text));
  }

  private split(piece: string): PieceTokens | undefined {
    const { maxCharacters, continuingPrefix } = this.settings;
    if (piece.length > maxCharacters && [...piece].length > maxCharacters) return undefined;
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    let bytes = 0;
    for (let start = 0; start < piece.length;) {
      const prefix = start > 0 ? continuingPrefix : '';
      let end = Math.min(piece.length, start + this.longest);
      let id: number | undefined;
      for (; end > start; end--) {
        id = this.vocabulary.idOf.get(prefix + piece.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) return undefined;
      ids.push(id);
      starts.push(bytes);
      bytes += utf8Length(piece.slice(start, end));
      ends.push(bytes);
      start = end;
    }
    return { ids, starts, ends };
  }

  private unknown(piece: string): PieceTokens {
    const { unknownToken } = this.settings;
    const id = this.idOf(unknownToken) ?? missingUnknown(piece, unknownToken);
    return { ids: [id], starts: [0], ends: [utf8Length(piece)] };
  }

  toJson(): JsonObject {
    const { unknownToken, continuingPrefix, maxCharacters } = this.settings;
    return {
      type: 'WordPiece',
      unk_token: unknownToken,
      continuing_subword_prefix: continuingPrefix,
      max_input_chars_per_word: maxCharacters,
      vocab: this.vocabulary.toJson(),
    };
  }
}
