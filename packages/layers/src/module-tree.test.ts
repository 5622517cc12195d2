import { ConfigError } from '@gptloom/core';
import type * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { namedModules, namedParameters } from './module-tree.ts';

class Holder extends Module {
  readonly content: unknown;
  constructor(content: unknown) {
    super();
    this.content = content;
  }
  forward(x: tf.Tensor): tf.Tensor {
    return x;
  }
}
const linear = (): Linear => new Linear({ inDim: 2, outDim: 2, bias: false });

describe('the walk', () => {
  test('finds fields and arrays in order, by path', () => {
    const root = new Holder([linear(), new Holder([[linear()]])]);
    expect([...namedParameters(root).keys()]).toEqual(['content.0.weight', 'content.1.content.0.0.weight']);
    expect([...namedModules(root).keys()]).toEqual(['', 'content.0', 'content.1', 'content.1.content.0.0']);
  });

  test('gives what is shared its first path only, and ends on a reference to the root', () => {
    const shared = linear();
    const items: unknown[] = [shared, shared.weight, shared];
    const root = new Holder(items);
    items.push(root, items);
    expect([...namedParameters(root)]).toEqual([['content.0.weight', shared.weight]]);
  });

  test.each([
    ['a Map', new Map([['a', linear()]])],
    ['a Set', new Set([linear().weight])],
    ['an object', { a: linear() }],
    ['an object', { a: { b: [linear()] } }],
    ['a Map', new Map([['a', [linear()]]])],
  ])('refuses %s that holds one', (kind, content) => {
    expect(() => namedParameters(new Holder(content))).toThrow(ConfigError);
    expect(() => namedModules(new Holder([content]))).toThrow(`one inside ${kind} at 'content`);
  });

  test('passes by everything else', () => {
    const cyclic: Record<string, unknown> = { a: 1 };
    cyclic['self'] = cyclic;
    const root = new Holder([cyclic, new Map([[1, 2]]), new Float32Array(2), null, undefined, 'text', () => 1]);
    expect(namedParameters(root).size).toBe(0);
  });

  test('a module is recognised by its brand, from any copy of the package', () => {
    expect(Module.isInstance(linear())).toBe(true);
    expect(Module.isInstance({ [Symbol.for('gptloom.module')]: true })).toBe(true);
    expect(Module.isInstance({ forward: () => 1 })).toBe(false);
    expect(Module.isInstance(null)).toBe(false);
  });
});
