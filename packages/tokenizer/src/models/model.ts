import type { JsonObject } from '../tokenizer-document.ts';

/** The tokens of one piece of text: ids, and the UTF-8 bytes of the piece that each covers. */
export interface PieceTokens {
  readonly ids: ArrayLike<number>;
  readonly starts: ArrayLike<number>;
  readonly ends: ArrayLike<number>;
}

/** The part of a tokenizer that turns pieces of text into tokens of a vocabulary. */
export interface Model {
  /** The number of tokens in the vocabulary. */
  readonly size: number;
  /** One more than the highest id. */
  readonly idLimit: number;
  /** The id of a token's text. */
  idOf(token: string): number | undefined;
  /** The text of an id. */
  tokenOf(id: number): string | undefined;
  /** The tokens of a piece, which is not empty and well-formed. The result may be shared. */
  tokenize(piece: string): PieceTokens;
  /** The text of a token in a piece where it is not simply that of its id. */
  readonly pieceIsToken: boolean;
  /** The model as `tokenizer.json` has it. */
  toJson(): JsonObject;
}

/** Remembers the tokens of short pieces: text repeats its words. */
export class PieceMemory {
  private readonly pieces = new Map<string, PieceTokens>();
  private units = 0;

  /** The tokens of a piece, from memory or from `tokenize`. */
  tokens(piece: string, tokenize: (piece: string) => PieceTokens): PieceTokens {
    if (piece.length > 64) return tokenize(piece);
    const known = this.pieces.get(piece);
    if (known !== undefined) return known;
    const tokens = tokenize(piece);
    if (this.units > 1 << 20) {
      this.pieces.clear();
      this.units = 0;
    }
    this.units += piece.length + 8;
    this.pieces.set(piece, tokens);
    return tokens;
  }
}

/** The number of UTF-8 bytes of well-formed text. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each unit of a surrogate pair stands for two of four bytes.
    if (unit > 0x7f) length += unit < 0x800 || (unit & 0xf800) === 0xd800 ? 1 : 2;
  }
  return length;
}
