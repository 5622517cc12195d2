import { MergeLearner } from './merge-learner.ts';
import { characterWords } from './symbol-words.ts';
import { trainingAlphabet, type AlphabetOptions } from './training-alphabet.ts';
import type { CountedWords } from './word-counts.ts';

/** What the learning of merges of characters needs to know. */
export interface CharacterMergeOptions extends AlphabetOptions {
  /** The first tokens of the vocabulary. */
  readonly specialTokens: readonly string[];
  readonly minFrequency: number;
  /** Goes before characters inside words; empty for none. */
  readonly continuingPrefix: string;
  /** Goes after the last character of words; empty for none. */
  readonly wordSuffix: string;
}

/**
 * Makes the learner of BPE on characters and of WordPiece; yields now and then, so that the caller can stop. The vocabulary begins with the special tokens, the characters by
 * code point, then those with a prefix or suffix by code point. The reference has the latter in the order of a hash
 * table, which differs from run to run, and ties between pairs with it.
 */
export function* characterMergeLearner(
  words: CountedWords,
  options: CharacterMergeOptions,
): Generator<number, MergeLearner, void> {
  const { continuingPrefix, wordSuffix, minFrequency, specialTokens } = options;
  const alphabet = trainingAlphabet(words, options);
  yield specialTokens.length;
  const decorate = (character: string, isFirst: boolean, isLast: boolean): string =>
    (isFirst ? '' : continuingPrefix) + character + (isLast ? wordSuffix : '');
  // Four places of a character in a word: alone, first, last, between.
  const seen = new Map(alphabet.map((character): [number, string[]] => [character.codePointAt(0)!, []]));
  characterWords(words, (codePoint, isFirst, isLast) => {
    const texts = seen.get(codePoint);
    if (texts !== undefined) {
      texts[placeOf(isFirst, isLast)] ??= decorate(String.fromCodePoint(codePoint), isFirst, isLast);
    }
    return -1;
  });
  const decorated = [...seen.values()].flat();
  yield specialTokens.length;
  const tokens = [...specialTokens, ...new Set([...alphabet, ...decorated.sort(byCodePoints)])];
  const idOfToken = new Map(tokens.map((token, id) => [token, id]));
  const ids = new Map([...seen].map(([codePoint, texts]) => [codePoint, texts.map((text) => idOfToken.get(text)!)]));
  const cells = characterWords(
    words,
    (codePoint, isFirst, isLast) => ids.get(codePoint)?.[placeOf(isFirst, isLast)] ?? -1,
  );
  yield specialTokens.length;
  return new MergeLearner(cells, { tokens, specialCount: specialTokens.length, minFrequency, continuingPrefix });
}

const placeOf = (isFirst: boolean, isLast: boolean): number => (isFirst ? 1 : 0) + (isLast ? 2 : 0);

/** Orders strings by code points, which JavaScript's own order is not beyond U+FFFF. */
function byCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
