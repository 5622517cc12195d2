import { check, checkOptions, describeValue, TokenizerError } from '@gptloom/core';

/** How ids become text. */
export interface DecodeOptions {
  /** Whether special tokens appear as their text. Default: they are left out. */
  readonly keepSpecial?: boolean;
}

/** Whether special tokens are kept. */
export function keepsSpecial(who: string, options: DecodeOptions = {}): boolean {
  checkOptions(who, options, { keepSpecial: check.optional(check.boolean) });
  return options.keepSpecial ?? false;
}

/** Checks that what is to be decoded are ids, one by one. */
export function checkIds(who: string, ids: unknown): void {
  if (typeof ids === 'object' && ids !== null && Symbol.iterator in ids) return;
  throw new TokenizerError({ who, rule: 'ids must be an iterable of token ids', received: describeValue(ids) });
}

/** Checks an id, which must be below `limit`. */
export function checkId(who: string, id: number, limit: number, position?: number): void {
  if (Number.isInteger(id) && id >= 0 && id < limit) return;
  throw new TokenizerError({
    who,
    rule: `a token id must be an integer from 0 to ${limit - 1}`,
    received: describeValue(id) + (position === undefined ? '' : ` at position ${position}`),
  });
}
