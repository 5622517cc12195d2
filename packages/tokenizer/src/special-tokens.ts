import { checkOptions, describeValue, TokenizerError, type AllowedSpecial } from '@gptloom/core';

const allowedSpecialRule = (value: unknown): string | undefined =>
  value === undefined || value === 'none' || value === 'all' || value instanceof Set
    ? undefined
    : "must be 'none', 'all' or a Set of special tokens";

/** The special tokens of a tokenizer: their texts and ids, and where they stand in text. */
export class SpecialTokens {
  /** Id of each special token by its text. */
  readonly ids: ReadonlyMap<string, number>;
  private readonly who: string;
  private readonly texts: ReadonlyMap<number, string>;
  private patternOfAll: RegExp | undefined;

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
    if (typeof text !== 'string') {
      throw new TokenizerError({
        who: `${this.who}.encode`,
        rule: 'text must be a string',
        received: describeValue(text),
      });
    }
    if (options === undefined) return [text];
    checkOptions(`${this.who}.encode`, options, { allowedSpecial: allowedSpecialRule });
    const pattern = this.pattern(options.allowedSpecial ?? 'none');
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

  private pattern(allowed: AllowedSpecial): RegExp | undefined {
    if (allowed === 'none') return undefined;
    if (allowed === 'all') return (this.patternOfAll ??= patternOf(this.ids.keys()));
    for (const text of allowed) {
      if (this.ids.has(text)) continue;
      throw new TokenizerError({
        who: `${this.who}.encode`,
        rule: 'allowedSpecial must name special tokens of this tokenizer',
        received: describeValue(text),
        suggestion: `one of ${[...this.ids.keys()].join(', ')}`,
      });
    }
    return patternOf(allowed);
  }
}

/** The leftmost of the texts, and the longest of those that start there. */
function patternOf(texts: Iterable<string>): RegExp | undefined {
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return undefined;
  return new RegExp(longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}
