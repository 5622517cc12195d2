import { check, checkOptions, describeValue, FormatError } from '@gptloom/core';
import { bytesToSymbols } from '../byte-alphabet.ts';
import { defaultEndToken } from '../end-and-pad.ts';
import { addedToken } from '../tokenizer-document.ts';
import {
  byteLevel,
  tiktokenPatternNames,
  tiktokenPreTokenizer,
  type TiktokenPatternName,
} from './tiktoken-patterns.ts';
import { mostSymbols, recoverMerges } from './recover-merges.ts';
import { bpeModel, tokenizerFiles, vocabOf, type TokenizerFiles } from './tokenizer-files.ts';

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

function broken(line: number, rule: string, received: string): never {
  const shown = received.length > 60 ? `${received.slice(0, 60)}…` : received;
  throw new FormatError({ who, rule: `line ${line} ${rule}`, received: JSON.stringify(shown) });
}

/** Ranks of tokens in the byte alphabet, lowest first. A rank may be missing where a special token has its id. */
function readRanks(text: string, specialIds: readonly number[]): Map<string, number> {
  const ranks = new Map<string, number>();
  let next = 0;
  let line = 0;
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const entry = text.slice(start, end).replace(/\r$/, '');
    start = end + 1;
    line++;
    if (entry === '') continue;
    const [, base64, digits] =
      /^([A-Za-z0-9+/]+={0,2}) (\d{1,9})$/.exec(entry) ?? broken(line, 'must be a token in base64 and its rank', entry);
    let bytes: string;
    try {
      bytes = atob(base64!);
    } catch {
      broken(line, 'must be a token in base64 and its rank', entry);
    }
    if (bytes.length > mostSymbols) broken(line, `must be a token of at most ${mostSymbols} bytes`, entry);
    const token = bytesToSymbols(Uint8Array.from(bytes, (one) => one.charCodeAt(0)));
    const rank = Number(digits);
    while (rank > next && specialIds.includes(next)) next++;
    if (rank !== next) broken(line, `must have rank ${next}: ranks go up from 0 without holes`, entry);
    const other = ranks.get(token);
    if (other !== undefined) broken(line, `must not repeat the token of rank ${other}`, entry);
    ranks.set(token, next++);
  }
  for (let byte = 0; byte < 256; byte++) {
    if (ranks.has(bytesToSymbols(Uint8Array.of(byte)))) continue;
    throw new FormatError({ who, rule: `every byte must have a rank: byte ${byte} has none` });
  }
  return ranks;
}

/**
 * The `tokenizer.json` of a tiktoken rank file, which has a line `base64 rank` for each token. Ids are ranks; encoding
 * gives those of tiktoken.
 *
 * ```ts
 * import { tokenizerFromJson } from '@gptloom/tokenizer';
 * import { tiktokenToFiles } from '@gptloom/tokenizer/formats';
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
    pattern: check.oneOf(...tiktokenPatternNames),
    specialTokens: check.optional(check.object),
    endToken: check.optional(check.nonEmptyString),
    padToken: check.optional(check.nonEmptyString),
  });
  const { pattern, specialTokens, endToken = defaultEndToken, padToken } = options;
  const lines = typeof ranks === 'string' ? ranks : new TextDecoder().decode(ranks);
  const idOf = readRanks(lines, Object.values(specialTokens ?? {}));
  const tokens: string[] = [];
  for (const [token, id] of idOf) tokens[id] = token;
  const special = Object.entries(specialTokens ?? { [defaultEndToken]: tokens.length });
  for (const [text, id] of special) {
    if (
      !Number.isSafeInteger(id) ||
      id < 0 ||
      tokens[id] !== undefined ||
      special.some((other) => other[1] === id && other[0] !== text)
    ) {
      throw new FormatError({
        who,
        rule: `the special token ${JSON.stringify(text)} must have an id of its own that is no rank`,
        received: describeValue(id),
      });
    }
  }
  for (const text of [endToken, padToken]) {
    if (text !== undefined && !special.some(([one]) => one === text)) {
      throw new FormatError({
        who,
        rule: 'endToken and padToken must be special tokens',
        received: JSON.stringify(text),
      });
    }
  }
  const merges = recoverMerges(
    Array.from(idOf, ([token, id]) => ({ id, symbols: Array.from(token, (one) => idOf.get(one)!) })),
  );
  const model = bpeModel(
    // With the special tokens: otherwise the reference numbers those by itself, after the last rank.
    vocabOf([...idOf, ...special]),
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
