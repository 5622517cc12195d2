import { isCount, JsonFields } from '../json-fields.ts';
import { refuse } from '../tokenizer-document.ts';

/** A token that is found in text before anything else happens to it, as `tokenizer.json` has it. */
export interface AddedToken {
  /** Its id. */
  readonly id: number;
  /** Its text. */
  readonly content: string;
  /** Whether it must not touch a letter, digit or underscore. */
  readonly single_word: boolean;
  /** Whether it takes the white space before it. */
  readonly lstrip: boolean;
  /** Whether it takes the white space after it. */
  readonly rstrip: boolean;
  /** Whether it is looked for in normalized text, in its own normalized form. */
  readonly normalized: boolean;
  /** Whether it is one for the model, as the end of a text, which user text must not give by accident. */
  readonly special: boolean;
}

/** Reads `added_tokens`, with the ids that the file states. */
export function readAddedTokens(value: unknown): AddedToken[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return refuse('added_tokens', 'must be an array', value);
  const known = ['id', 'content', 'single_word', 'lstrip', 'rstrip', 'normalized', 'special'];
  return (value as unknown[]).map((entry, i) => {
    const fields = new JsonFields(`added_tokens[${i}]`, entry, known);
    const id = fields.object['id'];
    if (!isCount(id)) return refuse(`added_tokens[${i}].id`, 'must be a token id', id ?? null);
    return {
      id,
      content: fields.string('content').toWellFormed(),
      single_word: fields.boolean('single_word'),
      lstrip: fields.boolean('lstrip'),
      rstrip: fields.boolean('rstrip'),
      normalized: fields.boolean('normalized'),
      special: fields.boolean('special'),
    };
  });
}
