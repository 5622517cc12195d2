import { isObject, objectAt, refuse, type JsonObject } from './tokenizer-document.ts';

/** Reads the members of one object of `tokenizer.json`; what is unknown or of the wrong kind is refused by name. */
export class JsonFields {
  readonly path: string;
  readonly object: JsonObject;

  /** @param known the members that may be there */
  constructor(path: string, value: unknown, known: readonly string[]) {
    this.path = path;
    this.object = objectAt(path, value);
    for (const key of Object.keys(this.object)) {
      if (!known.includes(key)) refuse(`${path}.${key}`, 'is not supported', this.object[key]);
    }
  }

  has(key: string): boolean {
    return this.object[key] !== undefined && this.object[key] !== null;
  }

  string(key: string, fallback?: string): string {
    return this.read(key, 'must be a text', fallback, (v): v is string => typeof v === 'string');
  }

  boolean(key: string, fallback?: boolean): boolean {
    return this.read(key, 'must be true or false', fallback, (v): v is boolean => typeof v === 'boolean');
  }

  number(key: string, fallback?: number): number {
    return this.read(key, 'must be a number', fallback, (v): v is number => Number.isFinite(v));
  }

  /** 0, 1, 2, ... below 2^31. */
  count(key: string, fallback?: number): number {
    return this.read(key, 'must be a whole number from 0', fallback, isCount);
  }

  /** One code point. */
  character(key: string): string {
    const isCharacter = (v: unknown): v is string => typeof v === 'string' && [...v].length === 1;
    return this.read(key, 'must be one character', undefined, isCharacter);
  }

  oneOf<T extends string>(key: string, values: readonly T[], fallback?: T): T {
    const rule = `must be one of ${values.join(', ')}`;
    return this.read(key, rule, fallback, (v): v is T => values.includes(v as T));
  }

  array(key: string): readonly unknown[] {
    return this.read(key, 'must be an array', undefined, (v): v is unknown[] => Array.isArray(v));
  }

  private read<T>(key: string, rule: string, fallback: T | undefined, holds: (value: unknown) => value is T): T {
    const value = this.object[key];
    if (value === undefined && fallback !== undefined) return fallback;
    return holds(value) ? value : refuse(`${this.path}.${key}`, rule, value ?? null);
  }
}

/** Whether a value is 0, 1, 2, ... below 2^31. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}

/** The `type` of a component, which decides how the rest of it is read. */
export function typeAt(path: string, value: unknown): string {
  const type = objectAt(path, value)['type'];
  return typeof type === 'string' ? type : refuse(`${path}.type`, 'must name a type', type ?? null);
}

/** The components of a `Sequence`, each read at its own path. */
export function readSequence<T>(
  fields: JsonFields,
  key: string,
  read: (path: string, value: unknown, depth: number) => T,
  depth: number,
): T[] {
  // A file of nothing but nested sequences must not exhaust the stack.
  if (depth > 50) refuse(fields.path, 'must not be nested so deeply');
  return fields.array(key).map((value, i) => read(`${fields.path}.${key}[${i}]`, value, depth + 1));
}

/** Looks a reader up by the type of a component; other types are refused by name. */
export function readByType<T>(
  path: string,
  value: unknown,
  readers: Readonly<Record<string, (path: string, value: unknown, depth: number) => T>>,
  depth: number,
): T {
  const type = typeAt(path, value);
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (reader === undefined || !isObject(value)) return refuse(`${path}.type`, 'is not supported', type);
  return reader(path, value, depth);
}
