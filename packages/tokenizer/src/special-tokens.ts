import { checkOptions, type AllowedSpecial } from '@gptloom/core';
import { allowedSpecialRule, isAllowedBy } from './added-tokens/allowed-special.ts';
import { checkText } from './check-text.ts';

/** The special tokens of a tokenizer: their texts and ids, and where they stand in text. */
export class SpecialTokens {
  /** Id of each special token by its text. */
  readonly ids: ReadonlyMap<string, number>;
  private readonly who: string;
  private readonly texts: ReadonlyMap<number, string>;

  /** @param who the tokenizer's class, for messages */
  constructor(who: string, ids: ReadonlyMap<string, number>) {
    this.who = who;
    this.ids = ids;
    this.texts = new Map([...ids].map(([text, id]) => [id, text]));
  }

  /** The text of a special token, or `undefined` for ids of ordinary ones. */
  textOf(id: number): string | undefined {
    return this.texts.get(id);
  }

  /** A text as pieces of ordinary text and ids of the special tokens that are allowed to come out of it. */
  split(text: string, options: { readonly allowedSpecial?: AllowedSpecial } | undefined): (string | number)[] {
    checkText(`${this.who}.encode`, text);
    if (options === undefined) return [text];
    checkOptions(`${this.who}.encode`, options, { allowedSpecial: allowedSpecialRule });
    const isAllowed = isAllowedBy(options.allowedSpecial, this.ids, `${this.who}.encode`);
    const pattern = isAllowed && patternOf([...this.ids.keys()].filter(isAllowed));
    if (pattern === undefined) return [text];
    const pieces: (string | number)[] = [];
    let start = 0;
    for (const match of text.matchAll(pattern)) {
      if (match.index > start) pieces.push(text.slice(start, match.index));
      pieces.push(this.ids.get(match[0])!);
      start = match.index + match[0].length;
    }
    if (start < text.length) pieces.push(text.slice(start));
    return pieces;
  }
}

/** The leftmost of the texts, and the longest of those that start there. */
function patternOf(texts: readonly string[]): RegExp | undefined {
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return undefined;
  return new RegExp(longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}
