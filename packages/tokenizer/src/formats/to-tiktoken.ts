import { describeValue, TokenizerError, type Tokenizer } from '@gptloom/core';
import { symbolsToBytes } from '../byte-alphabet.ts';
import { isObject } from '../tokenizer-document.ts';
import { recoverMerges } from './recover-merges.ts';
import { tiktokenExpression, tiktokenPreTokenizer } from './tiktoken-patterns.ts';

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
 * import { toTiktoken } from '@gptloom/tokenizer/formats';
 * import { trainBpeTokenizer } from '@gptloom/tokenizer/training';
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
  const special = new Set(Object.values(specialTokens));
  let next = 0;
  const lines = entries.map(([text, id]) => {
    while (special.has(next)) next++;
    if (id !== next++) refuse('ids must go up from 0, special tokens among them, without holes', id);
    const bytes = symbolsToBytes(text) ?? refuse('tokens must be of bytes', text);
    return `${btoa(String.fromCharCode(...bytes))} ${id}\n`;
  });
  const idOf = new Map(entries);
  const textOf = new Map(entries.map(([text, id]) => [id, text]));
  const recovered = recoverMerges(
    entries.map(([text, id]) => ({ id, symbols: Array.from(text, (one) => idOf.get(one) ?? -1) })),
  );
  const merges = (model['merges'] as readonly (string | readonly [string, string])[]).map((merge) =>
    typeof merge === 'string' ? merge : merge.join(' '),
  );
  const different = recovered.findIndex(([left, right], i) => `${textOf.get(left)} ${textOf.get(right)}` !== merges[i]);
  if (different >= 0 || recovered.length !== merges.length) {
    refuse('merges must go in the order of the ids that they make', merges[Math.max(0, different)]);
  }
  return { ranks: lines.join(''), pattern: tiktokenExpression(pattern), specialTokens };
}
