import type { Model } from '../models/model.ts';
import { AlignedText } from '../normalizers/aligned-text.ts';
import type { Normalizer } from '../normalizers/normalizer.ts';
import { whitespace, wordCharacter } from '../unicode/character-sets.ts';
import type { AddedToken } from './added-token.ts';
import { TokenTrie } from './token-trie.ts';

/** Which special tokens may come out of text. */
export type IsAllowed = (content: string) => boolean;

/** A stretch of text: an added token, or text between them. */
export interface AddedSpan {
  readonly start: number;
  readonly end: number;
  readonly id: number | undefined;
}

/** The tokens that stand beside the model's vocabulary. Source: huggingface/tokenizers `AddedVocabulary`. */
export class AddedVocabulary {
  /** The tokens by id. */
  readonly byId: ReadonlyMap<number, AddedToken>;
  /** Ids of the special ones by text. */
  readonly specialIds: ReadonlyMap<string, number>;
  /** Whether all of them are special, so that none comes out of text where none is allowed. */
  readonly onlySpecial: boolean;
  /** Ids by text. */
  readonly idOf = new Map<string, number>();
  private readonly normalizedTexts = new Map<number, string>();
  private readonly inOriginal: TokenTrie;
  private readonly inNormalized: TokenTrie;
  private readonly onlySpecialInOriginal: boolean;
  private readonly onlySpecialInNormalized: boolean;

  /** Ids are given out as the reference does: that of the model's vocabulary, otherwise the next free one. */
  constructor(tokens: readonly AddedToken[], model: Model, normalizer: Normalizer | undefined) {
    const byId = new Map<number, AddedToken>();
    const specialIds = new Map<string, number>();
    let next = model.size;
    for (const token of tokens) {
      if (token.content === '') continue;
      const id = this.idOf.get(token.content) ?? model.idOf(token.content) ?? next++;
      this.idOf.set(token.content, id);
      byId.set(id, { ...token, id });
      if (token.special) specialIds.set(token.content, id);
      if (!token.normalized || normalizer === undefined) continue;
      const text = new AlignedText(token.content, 0, false);
      normalizer.normalize(text);
      if (text.text !== token.content) this.normalizedTexts.set(id, text.text);
    }
    this.byId = byId;
    this.specialIds = specialIds;
    const all = [...byId.values()];
    const entries = (normalized: boolean): (readonly [string, number])[] =>
      all
        .filter((token) => token.normalized === normalized)
        .map((token) => [this.textOf(token.id)!, token.id] as const)
        .filter(([text]) => text !== '');
    this.inOriginal = new TokenTrie(entries(false));
    this.inNormalized = new TokenTrie(entries(true));
    this.onlySpecialInOriginal = all.every((token) => token.normalized || token.special);
    this.onlySpecialInNormalized = all.every((token) => !token.normalized || token.special);
    this.onlySpecial = this.onlySpecialInOriginal && this.onlySpecialInNormalized;
  }

  /** The text of an added token for decoding: in its normalized form, as the reference has it. */
  textOf(id: number): string | undefined {
    const token = this.byId.get(id);
    return token === undefined ? undefined : (this.normalizedTexts.get(id) ?? token.content);
  }

  /** Finds the tokens that are looked for in text before it is normalized. */
  splitOriginal(text: string, isAllowed: IsAllowed | undefined): AddedSpan[] {
    return this.split(text, this.inOriginal, isAllowed, this.onlySpecialInOriginal);
  }

  /** Finds the tokens that are looked for in normalized text. */
  splitNormalized(text: string, isAllowed: IsAllowed | undefined): AddedSpan[] {
    return this.split(text, this.inNormalized, isAllowed, this.onlySpecialInNormalized);
  }

  private split(text: string, trie: TokenTrie, isAllowed: IsAllowed | undefined, onlySpecial: boolean): AddedSpan[] {
    if (isAllowed === undefined && onlySpecial) return [{ start: 0, end: text.length, id: undefined }];
    const spans: AddedSpan[] = [];
    let last = 0;
    let from = 0;
    while (!trie.isEmpty) {
      const match = trie.find(text, from);
      if (match === undefined) break;
      from = match.end;
      const token = this.byId.get(match.value)!;
      // A special token that is not allowed is text, and hides what it overlaps with.
      if (this.specialIds.has(token.content) && !isAllowed?.(token.content)) continue;
      let { start, end } = match;
      if (token.single_word && (endsWithWord(text, start) || startsWithWord(text, end))) continue;
      // White space is of one unit each.
      if (token.lstrip) while (start > last && whitespace.has(text.charCodeAt(start - 1))) start--;
      if (token.rstrip) while (end < text.length && whitespace.has(text.charCodeAt(end))) end++;
      // The token before may have taken the spaces that this one starts with.
      start = Math.max(start, last);
      if (last < start) spans.push({ start: last, end: start, id: undefined });
      spans.push({ start, end, id: match.value });
      last = end;
    }
    if (last < text.length) spans.push({ start: last, end: text.length, id: undefined });
    return spans;
  }
}

function endsWithWord(text: string, end: number): boolean {
  if (end === 0) return false;
  // Texts are well-formed: a unit of this kind is the second of a pair.
  const isPair = (text.charCodeAt(end - 1) & 0xfc00) === 0xdc00;
  return wordCharacter.has(text.codePointAt(end - (isPair ? 2 : 1))!);
}

function startsWithWord(text: string, start: number): boolean {
  return start < text.length && wordCharacter.has(text.codePointAt(start)!);
}
