import type { JsonObject } from '../tokenizer-document.ts';
import type { Model, PieceTokens } from './model.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A model whose tokens have nothing but their texts and ids. */
export abstract class VocabularyModel implements Model {
  readonly pieceIsToken = false;
  readonly vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
  }

  get size(): number {
    return this.vocabulary.idOf.size;
  }

  get idLimit(): number {
    return this.vocabulary.tokens.length;
  }

  idOf(token: string): number | undefined {
    return this.vocabulary.idOf.get(token);
  }

  tokenOf(id: number): string | undefined {
    return this.vocabulary.tokens[id];
  }

  abstract tokenize(piece: string): PieceTokens;
  abstract toJson(): JsonObject;
}
