import { fingerprint } from '@gptloom/core';
import { namedModules, type AnyModule, type Module } from '@gptloom/layers';

// Saving a model sets it, which changes nothing in what the model computes.
const passingFields: ReadonlySet<string> = new Set(['tokenizerFingerprint']);
const longestText = 200;

/**
 * What a model is made of, beside its parameters: the class of every module, and its fields that are numbers, strings,
 * booleans or arrays of them, by path (`blocks.0.attention.numHeads`). Models of equal shapes that compute different
 * things differ here.
 */
export function describeModules(root: AnyModule): Record<string, string | number> {
  const described: Record<string, string | number> = {};
  for (const [path, module] of namedModules(root)) {
    described[`class of ${path === '' ? 'the model' : path}`] = nameOf(module);
    for (const [name, value] of Object.entries(module).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const text = passingFields.has(name) ? undefined : describeField(value);
      // A space, not a dot: no path of a module below can be the same.
      if (text !== undefined) described[path === '' ? `model ${name}` : `${path}.${name}`] = text;
    }
  }
  return described;
}

// A name of its own, not that of a class it extends.
function nameOf({ constructor }: AnyModule): string {
  const { className } = constructor as typeof Module;
  return Object.hasOwn(constructor, 'className') && className !== undefined ? className : constructor.name;
}

function describeField(value: unknown): string | number | undefined {
  // JSON has no Infinity, NaN or -0.
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : describeItem(value);
  if (isPrimitive(value)) return shorten(describeItem(value));
  if (!Array.isArray(value) || value.length === 0 || !value.every(isPrimitive)) return undefined;
  return shorten(
    `[${value.map((item) => (typeof item === 'string' ? JSON.stringify(item) : describeItem(item))).join(', ')}]`,
  );
}

function isPrimitive(value: unknown): value is number | string | boolean {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
}

function describeItem(value: number | string | boolean): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

// A table of a module must not swell the manifest.
function shorten(text: string): string {
  return text.length <= longestText
    ? text
    : `${text.slice(0, 60)}... (${text.length} characters, ${fingerprint(text)})`;
}
