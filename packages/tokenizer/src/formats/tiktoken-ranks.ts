import { check, checkOptions, describeValue, FormatError, TokenizerError, type Tokenizer } from '@gptloom/core';
import { bytesToSymbols, symbolsToBytes } from '../byte-alphabet.ts';
import { defaultEndToken } from '../end-and-pad.ts';
import { addedToken, isObject, type JsonObject } from '../tokenizer-document.ts';
import { recoverMerges } from './recover-merges.ts';
import { bpeModel, tokenizerFiles, vocabOf, type TokenizerFiles } from './tokenizer-files.ts';

/** The names of tiktoken's pre-splitting patterns; `r50k` is `gpt2`. */
export type TiktokenPatternName = 'gpt2' | 'r50k' | 'cl100k' | 'o200k';

/** What a rank file does not say. */
export interface TiktokenOptions {
  /** The pattern that cuts text into words. */
  readonly pattern: TiktokenPatternName;
  /** Ids of special tokens by text. Default: `<|endoftext|>` after the last rank. */
  readonly specialTokens?: Readonly<Record<string, number>> | undefined;
  /** Text of the token that ends a document. Default `<|endoftext|>`. */
  readonly endToken?: string | undefined;
  /** Text of the token that fills batches. Default: none, then a token that is not the end token serves. */
  readonly padToken?: string | undefined;
}

const who = 'tiktoken ranks';
const spaces = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const before = '[^\\r\\n\\p{L}\\p{N}]?';
const expressions = {
  gpt2: "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  cl100k: `${contraction}|${before}\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`,
  o200k: `${before}${upper}*${lower}+${contraction}?|${before}${upper}+${lower}*${contraction}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`,
};
const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };

/** The pre-tokenizer of `tokenizer.json` for a pattern. */
export function tiktokenPreTokenizer(pattern: TiktokenPatternName): JsonObject {
  if (pattern === 'gpt2' || pattern === 'r50k') return { ...byteLevel, use_regex: true };
  const split = { type: 'Split', pattern: { Regex: expressions[pattern] }, behavior: 'Isolated', invert: false };
  return { type: 'Sequence', pretokenizers: [split, byteLevel] };
}

function broken(line: number, rule: string, received: string): never {
  const shown = received.length > 60 ? `${received.slice(0, 60)}…` : received;
  throw new FormatError({ who, rule: `line ${line} ${rule}`, received: JSON.stringify(shown) });
}

/** Tokens in the byte alphabet by rank. */
function readRanks(text: string): string[] {
  const tokens: string[] = [];
  const known = new Map<string, number>();
  let line = 0;
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const entry = text.slice(start, end).replace(/\r$/, '');
    start = end + 1;
    line++;
    if (entry === '') continue;
    const [, base64, digits] = /^([A-Za-z0-9+/]+={0,2}) (\d{1,9})$/.exec(entry) ?? broken(line, 'must be a token in base64 and its rank', entry);
    let bytes: string;
    try {
      bytes = atob(base64!);
    } catch {
      broken(line, 'must be a token in base64 and its rank', entry);
    }
    const token = bytesToSymbols(Uint8Array.from(bytes, (one) => one.charCodeAt(0)));
    const rank = Number(digits);
    if (rank !== tokens.length) broken(line, `must have rank ${tokens.length}: ranks go up from 0 without holes`, entry);
    const other = known.get(token);
    if (other !== undefined) broken(line, `must not repeat the token of rank ${other}`, entry);
    known.set(token, rank);
    tokens.push(token);
  }
  for (let byte = 0; byte < 256; byte++) {
    if (known.has(bytesToSymbols(Uint8Array.of(byte)))) continue;
    throw new FormatError({ who, rule: `every byte must have a rank: byte ${byte} has none` });
  }
  return tokens;
}

/**
 * The `tokenizer.json` of a tiktoken rank file, which has a line `base64 rank` for each token. Ids are ranks; encoding
 * gives those of tiktoken.
 *
 * ```ts
 * import { tiktokenToFiles, tokenizerFromJson } from '@gptloom/tokenizer';
 *
 * const lines = Array.from({ length: 256 }, (_, byte) => `${btoa(String.fromCharCode(byte))} ${byte}`);
 * const files = tiktokenToFiles(`${lines.join('\n')}\n${btoa('ab')} 256\n`, { pattern: 'gpt2' });
 * const tokenizer = tokenizerFromJson(files['tokenizer.json'], files['tokenizer_config.json']);
 * console.log(tokenizer.encode('abc')); // [256, 99]
 * ```
 *
 * @throws FormatError naming the line where a token or rank is broken, a rank is missing or a token comes twice
 */
export function tiktokenToFiles(ranks: string | Uint8Array, options: TiktokenOptions): TokenizerFiles {
  checkOptions('tiktokenToFiles', options, {
    pattern: check.oneOf('gpt2', 'r50k', 'cl100k', 'o200k'),
    specialTokens: check.optional(check.object),
    endToken: check.optional(check.nonEmptyString),
    padToken: check.optional(check.nonEmptyString),
  });
  const tokens = readRanks(typeof ranks === 'string' ? ranks : new TextDecoder().decode(ranks));
  const { pattern, endToken = defaultEndToken, padToken } = options;
  const special = Object.entries(options.specialTokens ?? { [defaultEndToken]: tokens.length });
  for (const [text, id] of special) {
    if (!Number.isSafeInteger(id) || id < tokens.length || special.some((other) => other[1] === id && other[0] !== text)) {
      throw new FormatError({
        who,
        rule: `the special token ${JSON.stringify(text)} must have an id of its own, after the ranks, from ${tokens.length} on`,
        received: describeValue(id),
      });
    }
  }
  for (const text of [endToken, padToken]) {
    if (text !== undefined && !special.some(([one]) => one === text)) {
      throw new FormatError({ who, rule: 'endToken and padToken must be special tokens', received: JSON.stringify(text) });
    }
  }
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const merges = recoverMerges(
    tokens.map((token, id) => ({ id, symbols: Array.from(token, (one) => idOf.get(one)!) })),
  );
  const model = bpeModel(
    vocabOf(idOf),
    merges.map(([left, right]) => [tokens[left]!, tokens[right]!] as const),
    // A word that is a token stays whole, even where merging would not lead there.
    { ignore_merges: true },
  );
  return tokenizerFiles(
    {
      addedTokens: special.sort((a, b) => a[1] - b[1]).map(([text, id]) => addedToken(text, id)),
      preTokenizer: tiktokenPreTokenizer(pattern),
      decoder: { ...byteLevel, add_prefix_space: true, use_regex: true },
      model,
    },
    { eos_token: endToken, ...(padToken === undefined ? {} : { pad_token: padToken }) },
  );
}

/** What `tiktoken.Encoding` is made from. */
export interface TiktokenExport {
  /** The rank file: a line `base64 rank` for each token. */
  readonly ranks: string;
  /** The regular expression that cuts text into words. */
  readonly pattern: string;
  /** Ids of special tokens by text. */
  readonly specialTokens: Readonly<Record<string, number>>;
}

/**
 * A byte-level BPE tokenizer as tiktoken reads it.
 *
 * ```ts
 * import { toTiktoken, trainBpeTokenizer } from '@gptloom/tokenizer';
 *
 * const { ranks, specialTokens } = toTiktoken(await trainBpeTokenizer('to be or not to be', { vocabSize: 270 }));
 * console.log(ranks.split('\n').length, specialTokens);
 * ```
 *
 * @throws TokenizerError where the tokenizer is of another kind, or ranks alone would not give its ids
 */
export function toTiktoken(tokenizer: Tokenizer): TiktokenExport {
  const refuse = (rule: string, received?: unknown): never => {
    throw new TokenizerError({
      who: 'toTiktoken',
      rule,
      received: received === undefined ? undefined : describeValue(received),
    });
  };
  const document = JSON.parse(tokenizer.toFiles()['tokenizer.json']!) as Record<string, unknown>;
  const model = document['model'];
  if (!isObject(model) || model['type'] !== 'BPE' || !isObject(model['vocab'])) return refuse('the model must be BPE');
  if ((document['normalizer'] ?? null) !== null) refuse('there must be no normalizer', document['normalizer']);
  const preTokenizer = JSON.stringify(document['pre_tokenizer']);
  const names = ['gpt2', 'cl100k', 'o200k'] as const;
  const plain = (text: string): string => text.replace(/"trim_offsets":(true|false)/g, '');
  const pattern =
    names.find((name) => plain(JSON.stringify(tiktokenPreTokenizer(name))) === plain(preTokenizer)) ??
    refuse('the pattern must be one of tiktoken', document['pre_tokenizer']);
  const added = (document['added_tokens'] ?? []) as readonly { content: string; id: number }[];
  const specialTokens = Object.fromEntries(added.map(({ content, id }) => [content, id]));
  const entries = Object.entries(model['vocab'] as Record<string, number>)
    .filter(([text]) => !Object.hasOwn(specialTokens, text))
    .sort((a, b) => a[1] - b[1]);
  const lines = entries.map(([text, id], place) => {
    if (id !== place) refuse('ids must go up from 0 without holes, special tokens last', id);
    const bytes = symbolsToBytes(text) ?? refuse('tokens must be of bytes', text);
    return `${btoa(String.fromCharCode(...bytes))} ${id}\n`;
  });
  const idOf = new Map(entries);
  const recovered = recoverMerges(
    entries.map(([text, id]) => ({ id, symbols: Array.from(text, (one) => idOf.get(one) ?? -1) })),
  );
  const merges = (model['merges'] as readonly (string | readonly [string, string])[]).map((merge) =>
    typeof merge === 'string' ? merge : merge.join(' '),
  );
  const different = recovered.findIndex(
    ([left, right], i) => `${entries[left]![0]} ${entries[right]![0]}` !== merges[i],
  );
  if (different >= 0 || recovered.length !== merges.length) {
    refuse('merges must go in the order of the ids that they make', merges[Math.max(0, different)]);
  }
  return { ranks: lines.join(''), pattern: expressions[pattern], specialTokens };
}
