import type { BpeParts } from './bpe-tokenizer.ts';
import { findEndAndPad } from './end-and-pad.ts';
import {
  addedToken,
  allowOnly,
  checkTopLevel,
  objectAt,
  parseJsonObject,
  readTokens,
  refuse,
} from './tokenizer-document.ts';

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };

/** Reads the `tokenizer.json` of a byte-level BPE tokenizer with GPT-2's pattern; refuses all else by name. */
export function readBpeDocument(tokenizerJson: string, configJson: string | undefined): BpeParts {
  const root = parseJsonObject(tokenizerJson, 'tokenizer.json');
  checkTopLevel(root);
  const model = objectAt('model', root['model']);
  allowOnly('model', model, {
    type: ['BPE'],
    dropout: [null, 0],
    // Never produced: all 256 bytes must have tokens.
    unk_token: [],
    continuing_subword_prefix: [null, ''],
    end_of_word_suffix: [null, ''],
    fuse_unk: [],
    byte_fallback: [false],
    ignore_merges: [false],
    vocab: [],
    merges: [],
  });
  checkByteLevel(root['pre_tokenizer'], root['post_processor'], root['decoder']);
  const list = readTokens(root, model);
  return {
    ...list,
    merges: readMerges(model['merges'], list.tokens),
    pattern: 'gpt2',
    ...findEndAndPad(list, configJson),
  };
}

function checkByteLevel(preTokenizer: unknown, postProcessor: unknown, decoder: unknown): void {
  allowOnly('pre_tokenizer', objectAt('pre_tokenizer', preTokenizer), {
    type: ['ByteLevel'],
    add_prefix_space: [false],
    use_regex: [true],
    trim_offsets: [],
  });
  // Trimming concerns offsets alone; a decoder has no settings that act.
  const settings = { type: ['ByteLevel'], add_prefix_space: [], use_regex: [], trim_offsets: [] };
  if ((postProcessor ?? null) !== null)
    allowOnly('post_processor', objectAt('post_processor', postProcessor), settings);
  allowOnly('decoder', objectAt('decoder', decoder), settings);
}

function readMerges(value: unknown, tokens: readonly string[]): (readonly [number, number])[] {
  if (!Array.isArray(value)) return refuse('model.merges', 'must be an array', value ?? null);
  const idOf = new Map(tokens.map((text, id) => [text, id]));
  return (value as unknown[]).map((entry, i) => {
    const path = `model.merges[${i}]`;
    const parts: unknown = typeof entry === 'string' ? entry.split(' ') : entry;
    if (!Array.isArray(parts) || parts.length !== 2) return refuse(path, 'must be two tokens', entry);
    const [left, right] = parts.map(
      (part) => idOf.get(part as string) ?? refuse(path, 'must be of tokens in model.vocab', part),
    );
    return [left!, right!] as const;
  });
}

/** The `tokenizer.json` that huggingface/tokenizers and transformers read. */
export function writeBpeDocument({ tokens, specialTokens, merges }: BpeParts): string {
  const document = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...specialTokens].sort((a, b) => a[1] - b[1]).map(([content, id]) => addedToken(content, id)),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: { ...byteLevel, trim_offsets: false },
    decoder: { ...byteLevel, add_prefix_space: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((text, id) => [text, id])),
      merges: merges.map(([left, right]) => [tokens[left]!, tokens[right]!]),
    },
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}
