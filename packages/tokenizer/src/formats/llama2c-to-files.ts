import { FormatError } from '@gptloom/core';
import { addedToken, type JsonObject } from '../tokenizer-document.ts';
import { checkBytes } from './check-bytes.ts';
import { bpeModel, tokenizerFiles, vocabOf, type TokenizerFiles } from './tokenizer-files.ts';
import { mostSymbols } from './recover-merges.ts';
import { byteToken } from '../models/byte-tokens.ts';
import { scoredMerges } from './scored-merges.ts';

const who = 'llama2.c tokenizer';
const unknownId = 0;
const beginId = 1;
const endId = 2;
const firstByteId = 3;

function fail(rule: string, received: string | number): never {
  throw new FormatError({ who, rule, received: String(received) });
}

interface ScoredTokens {
  readonly tokens: readonly string[];
  readonly scores: readonly number[];
}

function readTokens(bytes: Uint8Array): ScoredTokens {
  checkBytes(who, bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  if (bytes.length < 4) fail('must begin with the longest length, 4 bytes', `${bytes.length} bytes`);
  const longest = view.getInt32(0, true);
  if (longest < 1 || longest > mostSymbols) fail(`the longest length must be from 1 to ${mostSymbols}`, longest);
  const tokens: string[] = [];
  const scores: number[] = [];
  for (let at = 4; at < bytes.length;) {
    const id = tokens.length;
    if (at + 8 > bytes.length)
      fail(`token ${id} must have a score and a length, 8 bytes`, `${bytes.length - at} bytes`);
    const score = view.getFloat32(at, true);
    const length = view.getInt32(at + 4, true);
    at += 8;
    if (Number.isNaN(score)) fail(`the score of token ${id} must be a number`, 'NaN');
    if (length < 0 || length > longest)
      fail(`the length of token ${id} must be from 0 to the longest, ${longest}`, length);
    if (at + length > bytes.length) fail(`token ${id} must have ${length} bytes`, `${bytes.length - at} bytes`);
    try {
      tokens.push(decoder.decode(bytes.subarray(at, at + length)));
    } catch {
      fail(`token ${id} must be UTF-8`, `bytes ${at} to ${at + length}`);
    }
    scores.push(score);
    at += length;
  }
  return { tokens, scores };
}

/**
 * The `tokenizer.json` of a llama2.c tokenizer: an int32 for the longest token, then for each a float32 score, an int32
 * length and the bytes, little endian; tokens 0, 1, 2 are the unknown, begin and end tokens, and 256 bytes follow.
 *
 * Encoding is that of `run.c`: a space goes before the text, characters that are no token become bytes, and of all
 * neighbours that joined are a token the one of the best score is merged, the leftmost of equal ones.
 *
 * Source: karpathy/llama2.c, `run.c`, `build_tokenizer` and `encode`.
 *
 * ```ts
 * import { tokenizerFromJson } from '@gptloom/tokenizer';
 * import { llama2cToFiles } from '@gptloom/tokenizer/formats';
 * import { existsSync, readFileSync } from 'node:fs';
 *
 * if (existsSync('tok512.bin')) {
 *   const files = llama2cToFiles(readFileSync('tok512.bin'));
 *   const tokenizer = tokenizerFromJson(files['tokenizer.json'], files['tokenizer_config.json']);
 *   console.log(tokenizer.encode('Once upon a time'));
 * }
 * ```
 *
 * @throws FormatError naming the token where the file is broken
 */
export function llama2cToFiles(bytes: Uint8Array): TokenizerFiles {
  const { tokens, scores } = readTokens(bytes);
  if (tokens.length < firstByteId + 256) {
    fail('there must be an unknown, a begin and an end token and 256 bytes', `${tokens.length} tokens`);
  }
  for (let byte = 0; byte < 256; byte++) {
    const expected = byteToken(byte);
    const token = tokens[firstByteId + byte]!;
    if (token !== expected) fail(`token ${firstByteId + byte} must be ${expected}`, JSON.stringify(token));
  }
  const ids = new Map<string, number>();
  tokens.forEach((token, id) => {
    const other = ids.get(token);
    if (other !== undefined) fail(`token ${id} must differ from token ${other}`, JSON.stringify(token));
    ids.set(token, id);
  });
  const merges = scoredMerges(who, tokens, scores, ids);
  const special = [unknownId, beginId, endId];
  const model = bpeModel(vocabOf(ids), merges, {
    unk_token: tokens[unknownId]!,
    fuse_unk: true,
    byte_fallback: true,
  });
  const decoders: JsonObject[] = [
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    { type: 'Strip', content: ' ', start: 1, stop: 0 },
  ];
  return tokenizerFiles(
    {
      addedTokens: special.map((id) => addedToken(tokens[id]!, id)),
      normalizer: { type: 'Prepend', prepend: ' ' },
      decoder: { type: 'Sequence', decoders },
      model,
    },
    { bos_token: tokens[beginId]!, eos_token: tokens[endId]!, unk_token: tokens[unknownId]!, add_bos_token: true },
  );
}
