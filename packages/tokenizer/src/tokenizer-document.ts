import { describeValue, FormatError } from '@gptloom/core';

/** A JSON object whose members have not been looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

const file = 'tokenizer.json';

/** Throws FormatError about the member of `tokenizer.json` at `path`. */
export function refuse(path: string, rule: string, received?: unknown): never {
  throw new FormatError({
    who: file,
    rule: `${path} ${rule}`,
    received: received === undefined ? undefined : describeValue(received),
  });
}

/** Parses the text of a JSON file whose content is an object. */
export function parseJsonObject(text: string, name: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FormatError({ who: name, rule: `must be JSON: ${(error as Error).message}`, cause: error });
  }
  if (!isObject(value)) {
    throw new FormatError({ who: name, rule: 'must hold a JSON object', received: describeValue(value) });
  }
  return value;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object, or FormatError. */
export function objectAt(path: string, value: unknown): JsonObject {
  return isObject(value) ? value : refuse(path, 'must be an object', value ?? null);
}

/**
 * Refuses members of an object that are unknown or have another value than the one that is supported. A member may be
 * missing. Objects and arrays are compared by content.
 *
 * @param supported for each known member the values that are supported; an empty list means any value
 */
export function allowOnly(
  path: string,
  object: JsonObject,
  supported: Readonly<Record<string, readonly unknown[]>>,
): void {
  for (const [key, value] of Object.entries(object)) {
    const values = Object.hasOwn(supported, key)
      ? supported[key]!
      : refuse(`${path}.${key}`, 'is not supported', value);
    if (values.length === 0) continue;
    const text = JSON.stringify(value);
    if (!values.some((one) => JSON.stringify(one) === text)) {
      const type = isObject(value) && typeof value['type'] === 'string' ? value['type'] : value;
      const expected = values.map((one) => JSON.stringify(one)).join(' or ');
      refuse(`${path}.${key}`, `is not supported here unless it is ${expected}`, type);
    }
  }
}

/** Refuses what no tokenizer of this package supports yet at the top level of `tokenizer.json`. */
export function checkTopLevel(root: JsonObject): void {
  allowOnly('top level', root, {
    version: ['1.0'],
    truncation: [null],
    padding: [null],
    normalizer: [null],
    added_tokens: [],
    pre_tokenizer: [],
    post_processor: [],
    decoder: [],
    model: [],
  });
}

/** What a vocabulary and its added tokens say: texts by id, and the ids of special ones by text. */
export interface TokenList {
  readonly tokens: readonly string[];
  readonly specialTokens: ReadonlyMap<string, number>;
}

/** Reads `model.vocab` and `added_tokens`; ids must run from 0 without gaps or duplicates. */
export function readTokens(root: JsonObject, model: JsonObject): TokenList {
  const idOf = new Map<string, number>();
  for (const [text, id] of Object.entries(objectAt('model.vocab', model['vocab']))) {
    const path = `model.vocab[${JSON.stringify(text)}]`;
    idOf.set(text, isId(id) ? id : refuse(path, 'must be a token id', id));
  }
  const specialTokens = new Map<string, number>();
  const added = root['added_tokens'] ?? [];
  if (!Array.isArray(added)) refuse('added_tokens', 'must be an array', added);
  (added as unknown[]).forEach((entry, i) => {
    const path = `added_tokens[${i}]`;
    const token = objectAt(path, entry);
    allowOnly(path, token, {
      id: [],
      content: [],
      normalized: [],
      special: [true],
      single_word: [false],
      lstrip: [false],
      rstrip: [false],
    });
    const { id, content } = token;
    if (!isId(id)) return refuse(`${path}.id`, 'must be a token id', id);
    if (typeof content !== 'string' || content === '') return refuse(`${path}.content`, 'must be a text', content);
    const known = idOf.get(content);
    if (known !== undefined && known !== id) refuse(path, `must have the id of the vocabulary, ${known}`, id);
    if (token['special'] !== true) refuse(`${path}.special`, 'must be true');
    idOf.set(content, id);
    specialTokens.set(content, id);
  });
  return { tokens: orderById(idOf), specialTokens };
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}

function orderById(idOf: ReadonlyMap<string, number>): string[] {
  const tokens = new Map<number, string>();
  for (const [text, id] of idOf) {
    const other = tokens.get(id);
    if (other !== undefined) refuse('model.vocab', `must not give id ${id} to two tokens`, [other, text]);
    tokens.set(id, text);
  }
  return Array.from({ length: tokens.size }, (_, id) => {
    return tokens.get(id) ?? refuse('model.vocab', `must have ids from 0 without gaps: id ${id} is missing`);
  });
}

/** The entry of `added_tokens` for a special token. */
export function addedToken(content: string, id: number): JsonObject {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}
