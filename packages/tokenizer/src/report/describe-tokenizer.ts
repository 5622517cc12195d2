import { check, ConfigError, describeValue, type Tokenizer } from '@gptloom/core';
import { isObject } from '../tokenizer-document.ts';
import { utf8 } from '../utf8.ts';

/** How much text a token holds. */
export interface Compression {
  /** Tokens that the text becomes. */
  readonly tokens: number;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
  /** Bytes per token: the higher, the shorter the model's sequences. 0 for no tokens. */
  readonly bytesPerToken: number;
}

/** A token of the vocabulary. */
export interface DescribedToken {
  /** Its id. */
  readonly id: number;
  /** Its text; what is no UTF-8 by itself shows as U+FFFD. */
  readonly text: string;
  /** The bytes that it stands for. */
  readonly bytes: number;
}

/** Compression of a domain, and of each of its texts. */
export interface DomainCompression extends Compression {
  /** The texts, in their order. */
  readonly texts: readonly Compression[];
}

/** What a tokenizer does with texts. */
export interface TokenizerReport {
  /** Token ids of the tokenizer. */
  readonly vocabSize: number;
  /** All texts together. */
  readonly total: Compression;
  /** Each domain, and each text in it. */
  readonly domains: Readonly<Record<string, DomainCompression>>;
  /** How many ids the texts use, and their share of the vocabulary. */
  readonly usedTokens: number;
  /** Ids that the texts use, as a share of the vocabulary. */
  readonly usedShare: number;
  /** The tokens of the vocabulary that stand for the most bytes. */
  readonly longestTokens: readonly DescribedToken[];
  /**
   * Merges of BPE that the texts never need, in the order of merging: neither their token nor one made from it comes out.
   * Empty for other models.
   */
  readonly unreachedMerges: readonly (readonly [left: string, right: string])[];
  /** The report as lines of text. */
  readonly summary: string;
}

const who = 'describeTokenizer';
const longestShown = 10;

/**
 * Reports how a tokenizer fits texts: bytes per token by text and domain, how much of the vocabulary they use, the
 * longest tokens, and merges that they never reach.
 *
 * ```ts
 * import { describeTokenizer } from '@gptloom/tokenizer/report';
 * import { trainBpeTokenizer } from '@gptloom/tokenizer/training';
 *
 * const tokenizer = await trainBpeTokenizer('to be or not to be', { vocabSize: 270 });
 * const report = describeTokenizer(tokenizer, { prose: ['to be', 'not to be'], code: 'let be = 2;' });
 * console.log(report.summary);
 * console.log(report.domains['prose']!.bytesPerToken > report.domains['code']!.bytesPerToken); // true
 * ```
 *
 * @param texts texts by the name of their domain, or one text
 * @throws ConfigError where texts are no strings
 */
export function describeTokenizer(
  tokenizer: Tokenizer,
  texts: string | Readonly<Record<string, string | readonly string[]>>,
): TokenizerReport {
  const used = new Set<number>();
  const domains: Record<string, Compression & { texts: Compression[] }> = {};
  for (const [name, value] of Object.entries(readTexts(texts))) {
    const each = (typeof value === 'string' ? [value] : value).map((text, i) => {
      if (typeof text !== 'string') {
        throw new ConfigError({ who, rule: `text ${i} of ${name} must be a string`, received: describeValue(text) });
      }
      const ids = tokenizer.encode(text);
      for (const id of ids) used.add(id);
      return compression(ids.length, utf8.encode(text).length);
    });
    domains[name] = { ...together(each), texts: each };
  }
  const total = together(Object.values(domains));
  const longestTokens = findLongest(tokenizer);
  const unreached = findUnreached(tokenizer, used);
  const usedShare = used.size / tokenizer.vocabSize;
  const lines = [
    ...Object.entries({ ...domains, 'all together': total }).map(
      ([name, one]) =>
        `${name}: ${one.bytesPerToken.toFixed(2)} bytes per token (${one.bytes} bytes, ${one.tokens} tokens)`,
    ),
    `vocabulary: ${used.size} of ${tokenizer.vocabSize} ids used (${(100 * usedShare).toFixed(1)} %)`,
    `longest tokens: ${longestTokens.map(({ text }) => JSON.stringify(text)).join(' ')}`,
    ...(unreached === undefined ? [] : [`merges never needed: ${unreached.length}`]),
  ];
  return {
    vocabSize: tokenizer.vocabSize,
    total,
    domains,
    usedTokens: used.size,
    usedShare,
    longestTokens,
    unreachedMerges: unreached ?? [],
    summary: lines.join('\n'),
  };
}

function readTexts(texts: unknown): Record<string, string | readonly string[]> {
  if (typeof texts === 'string') return { text: texts };
  if (isObject(texts)) {
    const wrong = Object.entries(texts).find(
      ([, value]) => typeof value !== 'string' && check.array(value) !== undefined,
    );
    if (wrong === undefined) return texts as Record<string, string | readonly string[]>;
  }
  throw new ConfigError({
    who,
    rule: 'texts must be a string, or strings or arrays of strings by domain',
    received: describeValue(texts),
  });
}

function compression(tokens: number, bytes: number): Compression {
  return { tokens, bytes, bytesPerToken: tokens === 0 ? 0 : bytes / tokens };
}

function together(parts: readonly Compression[]): Compression {
  return compression(
    parts.reduce((sum, { tokens }) => sum + tokens, 0),
    parts.reduce((sum, { bytes }) => sum + bytes, 0),
  );
}

function findLongest(tokenizer: Tokenizer): DescribedToken[] {
  const lengths = Int32Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.tokenBytes(id).length);
  return Array.from(lengths.keys())
    .sort((a, b) => lengths[b]! - lengths[a]! || a - b)
    .slice(0, longestShown)
    .map((id) => {
      const bytes = tokenizer.tokenBytes(id);
      return { id, text: new TextDecoder().decode(bytes), bytes: bytes.length };
    });
}

/** Goes back from the tokens that came out to those that they were merged from. Nothing for models without merges. */
function findUnreached(tokenizer: Tokenizer, used: ReadonlySet<number>): (readonly [string, string])[] | undefined {
  const { model } = JSON.parse(tokenizer.toFiles()['tokenizer.json']!) as { model: Record<string, unknown> };
  const { merges: found, vocab, continuing_subword_prefix: prefix } = model;
  if (!Array.isArray(found) || !isObject(vocab)) return undefined;
  const merges = (found as (string | [string, string])[]).map((merge) =>
    typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge,
  );
  const textOfId = new Map(Object.entries(vocab).map(([text, id]) => [id as number, text]));
  const reached = new Set([...used].map((id) => textOfId.get(id)));
  const unreached: (readonly [string, string])[] = [];
  for (const [left, right] of merges.toReversed()) {
    const inner = typeof prefix === 'string' && right.startsWith(prefix) ? right.slice(prefix.length) : right;
    if (!reached.has(left + inner)) unreached.push([left, right]);
    else {
      reached.add(left);
      reached.add(right);
    }
  }
  return unreached.reverse();
}
