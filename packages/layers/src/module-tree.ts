import { ConfigError } from '@gptloom/core';
import { hasBrand, moduleBrand, parameterBrand } from './brand.ts';
import type { AnyModule } from './module.ts';
import type { Parameter } from './parameter.ts';

interface Visitor {
  module(path: string, module: AnyModule): void;
  parameter(path: string, parameter: Parameter, owner: AnyModule): void;
}

/**
 * Every parameter below `root` by its path, in the order of the fields: `blocks.0.attention.query.weight`. A parameter
 * that two modules share appears once, under the first path.
 *
 * @throws ConfigError where a module or parameter sits in a Map, a Set or a plain object, where the walk would miss it
 */
export function namedParameters(root: AnyModule): Map<string, Parameter> {
  const found = new Map<string, Parameter>();
  walkModules(root, { module: () => undefined, parameter: (path, parameter) => found.set(path, parameter) });
  return found;
}

/**
 * Every module below `root` by its path; the root itself has the path `''`. A shared module appears once.
 *
 * @throws ConfigError as namedParameters does
 */
export function namedModules(root: AnyModule): Map<string, AnyModule> {
  const found = new Map<string, AnyModule>();
  walkModules(root, { module: (path, module) => found.set(path, module), parameter: () => undefined });
  return found;
}

/** Visits every module and parameter below `root` once, parents first, in the order of the fields. */
export function walkModules(root: AnyModule, visitor: Visitor): void {
  const seen = new Set<object>();
  const visit = (path: string, value: unknown, owner: AnyModule): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (hasBrand(value, parameterBrand)) {
      visitor.parameter(path, value as Parameter, owner);
    } else if (hasBrand(value, moduleBrand)) {
      const module = value as AnyModule;
      visitor.module(path, module);
      for (const [name, field] of Object.entries(value)) visit(path === '' ? name : `${path}.${name}`, field, module);
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => visit(`${path}.${index}`, item, owner));
    } else {
      refuseHidden(path, value);
    }
  };
  visit('', root, root);
}

/** What a Map, a Set, a plain object or an array holds; nothing for any other object. */
function itemsOf(holder: object): unknown[] {
  if (holder instanceof Map || holder instanceof Set) return [...holder.values()];
  if (Array.isArray(holder)) return holder;
  return Object.getPrototypeOf(holder) === Object.prototype ? Object.values(holder) : [];
}

function refuseHidden(path: string, holder: object): void {
  const seen = new Set<unknown>([holder]);
  const hides = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return false;
    seen.add(value);
    return hasBrand(value, parameterBrand) || hasBrand(value, moduleBrand) || itemsOf(value).some(hides);
  };
  if (!itemsOf(holder).some(hides)) return;
  const kind = holder instanceof Map ? 'a Map' : holder instanceof Set ? 'a Set' : 'an object';
  throw new ConfigError({
    who: 'Module',
    rule: 'parameters and modules must be public fields or items of an array',
    received: `one inside ${kind} at '${path}'`,
    suggestion: 'give it a field of its own, or keep it in an array',
  });
}
