import { ConfigError } from './config-error.ts';
import { describeValue } from './describe-value.ts';

/** Says which rule a value breaks, as in `must be a positive integer`, or returns `undefined` when it is fine. */
export type Check = (value: unknown) => string | undefined;

const rule = (statement: string, holds: (value: unknown) => boolean): Check => {
  return (value) => (holds(value) ? undefined : statement);
};
// Above 2^53 - 1 neighbouring integers are one number, and "must be an integer" of an integer would say nothing.
const integerRule = (statement: string, least: number): Check => {
  return (value) => {
    if (Number.isSafeInteger(value) && (value as number) >= least) return undefined;
    if (!Number.isInteger(value) || Number.isSafeInteger(value)) return statement;
    if ((value as number) > 0) return `must be a safe integer (at most ${Number.MAX_SAFE_INTEGER})`;
    return least < 0 ? `must be a safe integer (at least ${Number.MIN_SAFE_INTEGER})` : statement;
  };
};
const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value);

/** The checks from which packages compose the rules of their options. */
export const check = {
  /** 1, 2, 3, ... */
  positiveInteger: integerRule('must be a positive integer', 1),
  /** 0, 1, 2, ... */
  nonNegativeInteger: integerRule('must be a non-negative integer', 0),
  /** A safe integer. */
  integer: integerRule('must be an integer', Number.MIN_SAFE_INTEGER),
  /** `0 < value < Infinity`. */
  positiveNumber: rule('must be a positive number', (v) => isNumber(v) && v > 0 && Number.isFinite(v)),
  /** `0 <= value < Infinity`. */
  nonNegativeNumber: rule('must be a non-negative number', (v) => isNumber(v) && v >= 0 && Number.isFinite(v)),
  /** `0 <= value < 1`, as for dropout and momenta. */
  fraction: rule('must be at least 0 and below 1', (v) => isNumber(v) && v >= 0 && v < 1),
  /** `0 < value <= 1`, as for nucleus sampling. */
  share: rule('must be above 0 and at most 1', (v) => isNumber(v) && v > 0 && v <= 1),
  /** `true` or `false`. */
  boolean: rule('must be true or false', (v) => typeof v === 'boolean'),
  /** Any string. */
  string: rule('must be a string', (v) => typeof v === 'string'),
  /** Any string but the empty one. */
  nonEmptyString: rule('must be a string that is not empty', (v) => typeof v === 'string' && v !== ''),
  /** Anything that can be called. */
  function: rule('must be a function', (v) => typeof v === 'function'),
  /** An object that is neither null nor an array. */
  object: rule('must be an object', (v) => typeof v === 'object' && v !== null && !Array.isArray(v)),
  /** An object with these methods, its own or inherited: for what is plugged in, whichever class or copy it comes from. */
  methods: (...names: readonly string[]): Check =>
    rule(
      `must be an object with the ${names.length === 1 ? 'method' : 'methods'} ${names.join(', ')}`,
      (v) =>
        typeof v === 'object' &&
        v !== null &&
        names.every((name) => typeof (v as Readonly<Record<string, unknown>>)[name] === 'function'),
    ),
  /** An array. */
  array: rule('must be an array', (v) => Array.isArray(v)),
  /** The `signal` of an AbortController. */
  abortSignal: rule('must be an AbortSignal', (v) => typeof v === 'object' && v !== null && 'aborted' in v),
  /** No rule. */
  anything: (() => undefined) as Check,
  /** One of the listed values. */
  oneOf: (...values: readonly unknown[]): Check =>
    rule(`must be one of ${values.map(describeValue).join(', ')}`, (v) => values.includes(v)),
  /** At least one of the rules holds. */
  either: (...checks: readonly Check[]): Check => {
    return (value) => {
      const broken = checks.map((c) => c(value));
      return broken.includes(undefined) ? undefined : broken.join(' or ');
    };
  },
  /** The option may be left out; a value that is there must pass. */
  optional: (inner: Check): Check => {
    return (value) => (value === undefined ? undefined : inner(value));
  },
} as const;

/**
 * Checks an options object once, at the door of a public function: every value against its rule, and no key that the
 * function does not know.
 *
 * @param who the public name that refuses, for the message
 * @throws ConfigError naming the option, the rule and the value received
 */
export function checkOptions<T extends object>(
  who: string,
  options: T,
  checks: { readonly [K in keyof Required<T>]: Check },
): void {
  const broken = check.object(options);
  if (broken !== undefined) throw new ConfigError({ who, rule: `options ${broken}`, received: describeValue(options) });
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(checks, key)) continue;
    const known = Object.keys(checks);
    const near = known.find((name) => name.toLowerCase() === key.toLowerCase());
    throw new ConfigError({
      who,
      rule: `there is no option '${key}'`,
      suggestion: near === undefined ? `one of ${known.join(', ')}` : near,
    });
  }
  for (const key of Object.keys(checks)) {
    const value = (options as Record<string, unknown>)[key];
    const statement = checks[key as keyof T](value);
    if (statement !== undefined) {
      throw new ConfigError({ who, rule: `${key} ${statement}`, received: describeValue(value) });
    }
  }
}
