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

/** The entry of `added_tokens` for a special token. */
export function addedToken(content: string, id: number): JsonObject {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}
