import { describe, expect, it } from 'vitest';
import { check, checkOptions } from './check-options.ts';
import type { Check } from './check-options.ts';
import { ConfigError } from './config-error.ts';

describe('check', () => {
  it.each<[string, Check, readonly unknown[], readonly unknown[]]>([
    ['positiveInteger', check.positiveInteger, [1, 2 ** 53 - 1], [0, -1, 1.5, NaN, Infinity, '1', undefined, 1n]],
    ['nonNegativeInteger', check.nonNegativeInteger, [0, 7], [-1, 0.5, NaN]],
    ['integer', check.integer, [-3, 0, 3], [0.5, NaN, 2 ** 53]],
    ['positiveNumber', check.positiveNumber, [1e-300, 2], [0, -1, NaN, Infinity]],
    ['nonNegativeNumber', check.nonNegativeNumber, [0, 0.1], [-0.1, NaN, Infinity]],
    ['fraction', check.fraction, [0, 0.999], [1, -0.1, NaN]],
    ['share', check.share, [1, 0.001], [0, 1.1, NaN]],
    ['boolean', check.boolean, [true, false], [0, 'true', undefined]],
    ['string', check.string, ['', 'a'], [1, null]],
    ['nonEmptyString', check.nonEmptyString, ['a'], ['', 1]],
    ['function', check.function, [() => 1], ['f', {}]],
    ['object', check.object, [{}, new Map()], [null, [], 'a', undefined]],
    [
      'methods',
      check.methods('get', 'set'),
      [new Map(), { get: () => 1, set: () => 1 }],
      [null, undefined, 'get', () => 1, {}, new Set(), { get: () => 1, set: 1 }],
    ],
    ['array', check.array, [[], [1]], [{}, 'ab', new Float32Array(1)]],
    ['abortSignal', check.abortSignal, [new AbortController().signal], [new AbortController(), null, {}]],
    ['anything', check.anything, [undefined, null, 1], []],
    ['oneOf', check.oneOf('a', 1), ['a', 1], ['b', '1', undefined]],
    ['either', check.either(check.boolean, check.positiveInteger), [true, 3], [0, 'a']],
    ['optional', check.optional(check.boolean), [undefined, true], [null, 1]],
  ])('%s', (_, rule, good, bad) => {
    for (const value of good) expect(rule(value)).toBeUndefined();
    for (const value of bad) expect(rule(value)).toMatch(/^must be /);
  });

  it('names the bounds of integers that a number can not hold apart', () => {
    const tooLarge = 'must be a safe integer (at most 9007199254740991)';
    for (const rule of [check.integer, check.positiveInteger, check.nonNegativeInteger]) {
      expect(rule(2 ** 53)).toBe(tooLarge);
      expect(rule(2 ** 53 - 1)).toBeUndefined();
      expect(rule(0.5)).not.toContain('safe');
      expect(rule(Infinity)).not.toContain('safe');
    }
    expect(check.integer(-(2 ** 53))).toBe('must be a safe integer (at least -9007199254740991)');
    expect(check.positiveInteger(-(2 ** 53))).toBe('must be a positive integer');
  });

  it('names the methods that an object must have', () => {
    expect(check.methods('create', 'learningRate')({})).toBe('must be an object with the methods create, learningRate');
    expect(check.methods('report')(() => 1)).toBe('must be an object with the method report');
  });

  it('joins the rules of alternatives', () => {
    expect(check.either(check.boolean, check.oneOf('auto'))(1)).toBe('must be true or false or must be one of "auto"');
  });
});

describe('checkOptions', () => {
  interface Options {
    readonly steps: number;
    readonly name?: string | undefined;
  }
  const run = (options: Options): void =>
    checkOptions<Options>('train', options, { steps: check.positiveInteger, name: check.optional(check.string) });

  it('passes what follows the rules', () => {
    expect(() => run({ steps: 1 })).not.toThrow();
    expect(() => run({ steps: 1, name: undefined })).not.toThrow();
  });

  it('names function, option, rule and value', () => {
    expect(() => run({ steps: -2 })).toThrow('train: steps must be a positive integer; received -2');
    expect(() => run({} as Options)).toThrow('train: steps must be a positive integer; received undefined');
  });

  it('refuses unknown options and helps with their names', () => {
    expect(() => run({ steps: 1, Name: 'a' } as Options)).toThrow("train: there is no option 'Name'; try: name");
    expect(() => run({ steps: 1, size: 2 } as Options)).toThrow('try: one of steps, name');
    expect(() => run({ steps: 1, toString: 2 } as unknown as Options)).toThrow(ConfigError);
  });

  it.each([null, undefined, 'steps', [1]])('refuses %s in place of options', (options) => {
    expect(() => run(options as unknown as Options)).toThrow(/options must be an object/);
  });
});
