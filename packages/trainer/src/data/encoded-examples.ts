import { check, checkOptions, ConfigError, describeValue, fingerprint } from '@gptloom/core';
import type { DatasetReport } from './dataset.ts';

/** An example of two parts as ids, begin and end tokens included. */
export interface EncodedExample {
  /** All token ids, in order. */
  readonly ids: readonly number[];
  /** For a prompt with its answer, the index in `ids` of the answer's first token; for a labelled text, its class. */
  readonly mark: number;
}

/** Examples that were encoded, and how many of them did not fit as they were. */
export interface EncodedExamples {
  readonly examples: readonly EncodedExample[];
  /** Examples that were shortened. */
  readonly truncated: number;
  /** Examples that were left out. */
  readonly dropped: number;
}

/** Encodes each item; `encode` says whether it was shortened, or gives nothing for one that does not fit. */
export function encodeExamples<Item>(
  items: readonly Item[],
  encode: (item: Item, index: number) => (EncodedExample & { readonly truncated: boolean }) | undefined,
): EncodedExamples {
  const encoded = items.map(encode);
  const examples = encoded.filter((example) => example !== undefined);
  return {
    examples,
    truncated: examples.filter((example) => example.truncated).length,
    dropped: items.length - examples.length,
  };
}

/** Refuses a dataset that holds nothing, and says why it does. */
export function checkNotEmpty(who: string, { examples, dropped }: EncodedExamples, sequenceLength: number): void {
  if (examples.length > 0) return;
  throw new ConfigError({
    who,
    rule: 'a dataset must hold at least one example',
    received: dropped === 0 ? 'none' : `${dropped}, none of which fits into sequenceLength ${sequenceLength}`,
    suggestion: dropped === 0 ? undefined : "a larger sequenceLength, shorter examples or tooLong: 'truncate'",
  });
}

/** Refuses an example whose fields are no texts, naming its index. */
export function checkTexts(who: string, example: object, index: number, fields: readonly string[]): void {
  checkOptions(who, { example }, { example: check.object });
  for (const field of fields) {
    const value = (example as Record<string, unknown>)[field];
    if (typeof value === 'string') continue;
    throw new ConfigError({
      who,
      rule: `${field} of example ${index} must be a string`,
      received: describeValue(value),
    });
  }
}

/** Digest of examples and of their order. */
export function fingerprintExamples(examples: readonly EncodedExample[]): string {
  const words = examples.flatMap(({ ids, mark }) => [ids.length, mark, ...ids]);
  return fingerprint(new Uint8Array(Int32Array.from(words).buffer));
}

/** The report of a dataset whose examples have so many input tokens and targets each. */
export function reportExamples(
  { examples, truncated, dropped }: EncodedExamples,
  tokensOf: (example: EncodedExample) => number,
  targetsOf: (example: EncodedExample) => number,
): DatasetReport {
  const sum = (count: (example: EncodedExample) => number): number =>
    examples.reduce((total, example) => total + count(example), 0);
  return {
    examples: examples.length,
    truncated,
    dropped,
    tokens: sum(tokensOf),
    targets: sum(targetsOf),
    unusedTokens: 0,
  };
}
