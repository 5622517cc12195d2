import { TokenizerError } from '@gptloom/core';
import { JsonFields } from '../json-fields.ts';
import type { JsonObject } from '../tokenizer-document.ts';
import { utf8Length, type PieceTokens } from './model.ts';
import { Vocabulary } from './vocabulary.ts';
import { VocabularyModel } from './vocabulary-model.ts';

/** Whole pieces are tokens; others are unknown. Source: huggingface/tokenizers `WordLevel`. */
export class WordLevelModel extends VocabularyModel {
  private readonly unknownToken: string;

  constructor(vocabulary: Vocabulary, unknownToken: string) {
    super(vocabulary);
    this.unknownToken = unknownToken;
  }

  static read(value: unknown): WordLevelModel {
    const fields = new JsonFields('model', value, ['type', 'vocab', 'unk_token']);
    return new WordLevelModel(Vocabulary.read(fields.object['vocab']), fields.string('unk_token'));
  }

  tokenize(piece: string): PieceTokens {
    const id = this.idOf(piece) ?? this.idOf(this.unknownToken) ?? missingUnknown(piece, this.unknownToken);
    return { ids: [id], starts: [0], ends: [utf8Length(piece)] };
  }

  toJson(): JsonObject {
    return { type: 'WordLevel', vocab: this.vocabulary.toJson(), unk_token: this.unknownToken };
  }
}

/** Throws that a piece is not known and the vocabulary has no token for unknown ones. */
export function missingUnknown(piece: string, unknownToken: string | null): never {
  throw new TokenizerError({
    who: 'JsonTokenizer.encode',
    rule:
      unknownToken === null
        ? 'the text must be of tokens of the vocabulary, which has none for unknown text'
        : `the text must be of tokens of the vocabulary, which lacks the unknown token ${JSON.stringify(unknownToken)}`,
    received: JSON.stringify(piece.slice(0, 40)),
  });
}
