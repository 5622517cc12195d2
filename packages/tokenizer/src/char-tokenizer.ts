import { ConfigError, describeValue, TokenizerError } from '@gptloom/core';
import { checkText } from './check-text.ts';
import { vocabOf, type DocumentParts } from './formats/tokenizer-files.ts';
import { Vocabulary } from './models/vocabulary.ts';
import { SymbolTokenizer } from './symbol-tokenizer.ts';
import { objectAt, parseJsonObject, refuse } from './tokenizer-document.ts';
import { utf8 } from './utf8.ts';

// Each code point is a word of its own, newlines included, and decoding joins them without spaces.
const split = { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false };

/**
 * One token for each distinct character (Unicode code point), then an end and a padding token. The simplest tokenizer,
 * for small experiments on one text; what it has not seen it can not encode.
 *
 * ```ts
 * import { CharTokenizer } from '@gptloom/tokenizer';
 *
 * const tokenizer = CharTokenizer.train('hello');
 * console.log(tokenizer.encode('hole'), tokenizer.vocabSize); // [1, 3, 2, 0] 6
 * ```
 */
export class CharTokenizer extends SymbolTokenizer {
  /** The characters by id. */
  readonly characters: readonly string[];
  private readonly idOf: ReadonlyMap<number, number>;

  /**
   * @param characters the characters in the order of their ids, each one code point
   * @throws ConfigError where one is not a single character, or stands twice
   */
  constructor(characters: Iterable<string>) {
    const list = [...characters];
    const idOf = new Map<number, number>();
    list.forEach((character, id) => {
      if (!isCharacter(character))
        refuseCharacters('must be one character (code point) each', describeValue(character));
      const codePoint = character.codePointAt(0)!;
      if (idOf.has(codePoint)) refuseCharacters('must differ from each other', `${describeValue(character)} twice`);
      idOf.set(codePoint, id);
    });
    super(
      'CharTokenizer',
      list.map((character) => utf8.encode(character)),
    );
    this.characters = list;
    this.idOf = idOf;
  }

  /**
   * The tokenizer of all characters of a text, or of several texts, sorted by code point.
   *
   * @throws TokenizerError for what is no text
   */
  static train(text: string | Iterable<string>): CharTokenizer {
    const codePoints = new Set<number>();
    const isIterable = typeof text === 'object' && text !== null && Symbol.iterator in text;
    for (const piece of isIterable ? text : [text]) {
      for (const character of checkText('CharTokenizer.train', piece)) codePoints.add(character.codePointAt(0)!);
    }
    return new CharTokenizer([...codePoints].sort((a, b) => a - b).map((codePoint) => String.fromCodePoint(codePoint)));
  }

  /**
   * Reads the files that `toFiles` writes.
   *
   * @throws FormatError naming what is broken or not supported
   */
  static fromJson(tokenizerJson: string): CharTokenizer {
    const model = objectAt('model', parseJsonObject(tokenizerJson, 'tokenizer.json')['model']);
    // The last two are the special tokens.
    const characters = Vocabulary.read(model['vocab']).tokens.slice(0, -2);
    const wrong = characters.findIndex((character) => !isCharacter(character));
    if (wrong >= 0) {
      return refuse(`the token of id ${wrong} in model.vocab`, 'must be one character', characters[wrong] ?? null);
    }
    const tokenizer = new CharTokenizer(characters as string[]);
    tokenizer.checkFile(tokenizerJson);
    return tokenizer;
  }

  protected override encodeSymbols(text: string, start: number, ids: number[]): void {
    let at = start;
    for (const character of text.toWellFormed()) {
      const id = this.idOf.get(character.codePointAt(0)!);
      if (id === undefined) throw unknownCharacter(character, at);
      ids.push(id);
      at += character.length;
    }
  }

  /**
   * A WordLevel model over single characters.
   *
   * @internal
   */
  protected override documentParts(specialIds: ReadonlyMap<string, number>): Omit<DocumentParts, 'addedTokens'> {
    const characters = this.characters.map((character, id) => [character, id] as const);
    return {
      preTokenizer: split,
      decoder: { type: 'Fuse' },
      // The unknown token is none: an unknown character is an error there as well.
      model: { type: 'WordLevel', vocab: vocabOf([...characters, ...specialIds]), unk_token: '' },
    };
  }
}

function isCharacter(value: unknown): value is string {
  return typeof value === 'string' && /^\P{Surrogate}$/su.test(value);
}

function refuseCharacters(rule: string, received: string): never {
  throw new ConfigError({ who: 'CharTokenizer', rule: `characters ${rule}`, received });
}

function unknownCharacter(character: string, index: number): TokenizerError {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return new TokenizerError({
    who: 'CharTokenizer.encode',
    rule: 'every character must be one of those the tokenizer was made from',
    received: `${JSON.stringify(character)} (U+${code}) at index ${index}`,
    suggestion: 'train on a text that has it, or use a byte-level tokenizer, which knows every text',
  });
}
