import { bytesToSymbols } from './byte-alphabet.ts';
import { defaultEndToken, defaultPadToken } from './end-and-pad.ts';
import { addedToken, isObject, parseJsonObject, refuse, type JsonObject } from './tokenizer-document.ts';

// Without the regular expression a whole text is one word; without merges its bytes stay apart.
const wholeText = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };

function byteDocument(specialTokens: ReadonlyMap<string, number>): JsonObject {
  const vocab: [string, number][] = [];
  for (let byte = 0; byte < 256; byte++) vocab.push([bytesToSymbols(Uint8Array.of(byte)), byte]);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...specialTokens].map(([content, id]) => addedToken(content, id)),
    normalizer: null,
    pre_tokenizer: wholeText,
    post_processor: { ...wholeText, trim_offsets: false },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries([...vocab, ...specialTokens]),
      merges: [],
    },
  };
}

/** The `tokenizer.json` of the byte tokenizer, which huggingface/tokenizers reads. */
export function writeByteDocument(specialTokens: ReadonlyMap<string, number>): string {
  return `${JSON.stringify(byteDocument(specialTokens), null, 1)}\n`;
}

/** Refuses a `tokenizer.json` that is not the byte tokenizer's, naming the member that differs. */
export function checkByteDocument(tokenizerJson: string): void {
  const root = parseJsonObject(tokenizerJson, 'tokenizer.json');
  const expected = byteDocument(
    new Map([
      [defaultEndToken, 256],
      [defaultPadToken, 257],
    ]),
  );
  checkSame('', root, expected);
}

function checkSame(path: string, value: unknown, expected: unknown): void {
  if (isObject(value) && isObject(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(value)])) {
      checkSame(path === '' ? key : `${path}.${key}`, value[key], expected[key]);
    }
  } else if (Array.isArray(value) && Array.isArray(expected) && value.length === expected.length) {
    expected.forEach((entry, i) => checkSame(`${path}[${i}]`, value[i], entry));
  } else if (value !== expected) {
    refuse(path, `must be ${JSON.stringify(expected) ?? 'left out'} in the byte tokenizer`, value ?? null);
  }
}
