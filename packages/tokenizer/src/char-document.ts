import { defaultEndToken, defaultPadToken } from './end-and-pad.ts';
import {
  addedToken,
  allowOnly,
  checkTopLevel,
  objectAt,
  parseJsonObject,
  readTokens,
  refuse,
} from './tokenizer-document.ts';

// Each code point is a word of its own, newlines included, and decoding joins them without spaces.
const split = { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false };
const fuse = { type: 'Fuse' };

/** Reads the characters of a `tokenizer.json` that `writeCharDocument` wrote, by id. */
export function readCharDocument(tokenizerJson: string): string[] {
  const root = parseJsonObject(tokenizerJson, 'tokenizer.json');
  checkTopLevel(root);
  allowOnly(
    'top level',
    { pre_tokenizer: null, post_processor: null, decoder: null, ...root },
    {
      version: [],
      truncation: [],
      padding: [],
      normalizer: [],
      added_tokens: [],
      pre_tokenizer: [split],
      post_processor: [null],
      decoder: [fuse],
      model: [],
    },
  );
  const model = objectAt('model', root['model']);
  allowOnly('model', model, { type: ['WordLevel'], vocab: [], unk_token: [''] });
  const { tokens, specialTokens } = readTokens(root, model);
  const characters = tokens.slice(0, -2);
  [defaultEndToken, defaultPadToken].forEach((text, i) => {
    const id = characters.length + i;
    if (tokens[id] !== text || specialTokens.get(text) !== id) refuse('added_tokens', `must have ${text} as id ${id}`);
  });
  if (specialTokens.size !== 2) refuse('added_tokens', 'must be the end and the padding token alone');
  characters.forEach((text, id) => {
    if ([...text].length !== 1) refuse(`model.vocab[${JSON.stringify(text)}]`, 'must be one character', `id ${id}`);
  });
  return characters;
}

/** The `tokenizer.json` of a character tokenizer, which huggingface/tokenizers reads. */
export function writeCharDocument(tokens: readonly string[], specialTokens: ReadonlyMap<string, number>): string {
  const document = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...specialTokens].map(([content, id]) => addedToken(content, id)),
    normalizer: null,
    pre_tokenizer: split,
    post_processor: null,
    decoder: fuse,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(tokens.map((text, id) => [text, id])),
      // Not a token: an unknown character is an error there as well.
      unk_token: '',
    },
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}
