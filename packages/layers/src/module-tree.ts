import { ConfigError } from '@gptloom/core';
import { Module, type AnyModule } from './module.ts';
import { Parameter } from './parameter.ts';

interface Visitor {
  module(path: string, module: AnyModule): void;
  parameter(path: string, parameter: Parameter): void;
}

/**
 * Every parameter below `root` by its path, in the order of the fields: `blocks.0.attention.query.weight`. A parameter
 * that two modules share appears once, under the first path.
 *
 * @throws ConfigError where a module or parameter sits in a Map, a Set or a plain object, where the walk would miss it
 */
export function namedParameters(root: AnyModule): Map<string, Parameter> {
  const found = new Map<string, Parameter>();
  walk(root, { module: () => undefined, parameter: (path, parameter) => found.set(path, parameter) });
  return found;
}

/** Every module below `root` by its path; the root itself has the path `''`. A shared module appears once. */
export function namedModules(root: AnyModule): Map<string, AnyModule> {
  const found = new Map<string, AnyModule>();
  walk(root, { module: (path, module) => found.set(path, module), parameter: () => undefined });
  return found;
}

function walk(root: AnyModule, visitor: Visitor): void {
  const seen = new Set<object>();
  const visit = (path: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    if (Parameter.isInstance(value)) {
      seen.add(value);
      visitor.parameter(path, value);
    } else if (Module.isInstance(value)) {
      seen.add(value);
      visitor.module(path, value);
      for (const [name, field] of Object.entries(value)) visit(path === '' ? name : `${path}.${name}`, field);
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => visit(`${path}.${index}`, item));
    } else {
      refuseHidden(path, value);
    }
  };
  visit('', root);
}

function refuseHidden(path: string, holder: object): void {
  const isPlain = Object.getPrototypeOf(holder) === Object.prototype;
  const items = holder instanceof Map || holder instanceof Set ? holder.values() : isPlain ? Object.values(holder) : [];
  for (const item of items) {
    if (!Parameter.isInstance(item) && !Module.isInstance(item)) continue;
    throw new ConfigError({
      who: 'Module',
      rule: 'parameters and modules must be public fields or items of an array',
      received: `one inside ${isPlain ? 'an object' : holder instanceof Map ? 'a Map' : 'a Set'} at '${path}'`,
      suggestion: 'give it a field of its own, or keep it in an array',
    });
  }
}
