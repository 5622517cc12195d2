import { alphabetOrder, bytesToSymbols } from './byte-alphabet.ts';
import { BpeEncoder } from './bpe-encoder.ts';
import { BpeModel } from './models/bpe-model.ts';
import { splitterOf } from './splitters/known-patterns.ts';
import { wordSplitters, type WordSplitter } from './split-words.ts';
import type { TokenPipeline } from './token-pipeline.ts';
import type { JsonObject } from './tokenizer-document.ts';

/** The short way for byte-level BPE: from normalized text to ids. */
export interface ByteLevelWords {
  readonly encoder: BpeEncoder;
  /** Whether a text without leading space has one put in front. */
  readonly addPrefixSpace: boolean;
}

const wholeText: WordSplitter = { endsAtLines: false, wordEnd: (_bytes, _start, length) => length };

/** How a pre-tokenizer cuts, where that is by a pattern with a scanner and then into bytes. */
function wordsOf(preTokenizer: JsonObject): { splitter: WordSplitter; addPrefixSpace: boolean } | undefined {
  if (preTokenizer['type'] === 'ByteLevel') {
    const splitter = preTokenizer['use_regex'] === true ? wordSplitters.gpt2 : wholeText;
    return { splitter, addPrefixSpace: preTokenizer['add_prefix_space'] === true };
  }
  if (preTokenizer['type'] !== 'Sequence') return undefined;
  const parts = preTokenizer['pretokenizers'] as readonly JsonObject[];
  const [split, bytes] = parts;
  if (parts.length !== 2 || split?.['type'] !== 'Split' || bytes?.['type'] !== 'ByteLevel') return undefined;
  if (bytes['use_regex'] !== false || bytes['add_prefix_space'] !== false) return undefined;
  // The scanners leave nothing between matches: to isolate them or, inverted, to drop the rest is the same.
  const keepsMatches =
    split['behavior'] === 'Isolated' || (split['behavior'] === 'Removed' && split['invert'] === true);
  const pattern = (split['pattern'] as JsonObject)['Regex'];
  const splitter = keepsMatches && typeof pattern === 'string' ? splitterOf(pattern) : undefined;
  return splitter === undefined ? undefined : { splitter, addPrefixSpace: false };
}

/** The short way for a tokenizer, or `undefined` where it is not byte-level BPE with a known pattern. */
export function byteLevelWords({ model, preTokenizer }: TokenPipeline): ByteLevelWords | undefined {
  if (!(model instanceof BpeModel) || preTokenizer === undefined) return undefined;
  const { dropout, continuingPrefix, endOfWordSuffix, ignoreMerges } = model.settings;
  if (dropout || continuingPrefix || endOfWordSuffix) return undefined;
  const words = wordsOf(preTokenizer.json);
  if (words === undefined) return undefined;
  const idOfByte = new Int32Array(256);
  for (const byte of alphabetOrder) {
    const id = model.idOf(bytesToSymbols(Uint8Array.of(byte)));
    // Bytes without token are dropped or unknown, which the model itself knows to do.
    if (id === undefined) return undefined;
    idOfByte[byte] = id;
  }
  const wholeWords = ignoreMerges ? model.vocabulary.idOf : undefined;
  return {
    encoder: new BpeEncoder(words.splitter, model.merges, idOfByte, wholeWords),
    addPrefixSpace: words.addPrefixSpace,
  };
}
