import { check } from './check-options.ts';
import { ConfigError } from './config-error.ts';
import { describeValue } from './describe-value.ts';

/**
 * A key of a counter-based random generator: 64 bits as two unsigned 32-bit words. The same key always gives the same
 * numbers; different keys give independent ones. Keys are values: nothing is consumed or advanced.
 */
export type RandomKey = readonly [number, number];

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/**
 * Threefry-2x32 with 20 rounds: two words of random bits for a key and a counter.
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; the generator of JAX.
 */
export function threefry(key: RandomKey, counter0: number, counter1: number, out: Uint32Array, at: number): void {
  const k0 = key[0] | 0;
  const k1 = key[1] | 0;
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  let x0 = (counter0 + k0) | 0;
  let x1 = (counter1 + k1) | 0;
  for (let group = 0; group < 5; group++) {
    const offset = (group & 1) * 4;
    for (let i = 0; i < 4; i++) {
      const r = rotations[offset + i]!;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    }
    // After round group g the key schedule adds k[(g+1) mod 3], k[(g+2) mod 3] and the group number.
    const turn = (group + 1) % 3;
    x0 = (x0 + (turn === 0 ? k0 : turn === 1 ? k1 : k2)) | 0;
    x1 = (x1 + (turn === 0 ? k1 : turn === 1 ? k2 : k0) + group + 1) | 0;
  }
  out[at] = x0;
  out[at + 1] = x1;
}

const scratch = /* @__PURE__ */ new Uint32Array(2);

/**
 * The key that a user's seed stands for.
 *
 * @param seed any safe integer, negative ones too; different seeds give different keys
 * @throws ConfigError for anything else
 */
export function randomKey(seed: number): RandomKey {
  const broken = check.integer(seed);
  if (broken !== undefined) {
    throw new ConfigError({ who: 'randomKey', rule: `seed ${broken}`, received: describeValue(seed) });
  }
  const high = Math.floor(seed / 2 ** 32) >>> 0;
  return [high, seed >>> 0];
}

function hashText(text: string): RandomKey {
  // FNV-1a over UTF-16 units in two lanes; the fold through Threefry below does the mixing.
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b) ^ (b >>> 13);
  }
  return [a >>> 0, b >>> 0];
}

/**
 * A new key made of a key and data: fold in a step, a row, a module's path or the name of a draw. `data` is a
 * non-negative integer below 2^32 or a string.
 *
 * @throws ConfigError for any other number
 */
export function foldIn(key: RandomKey, data: number | string): RandomKey {
  if (typeof data === 'string') {
    const [a, b] = hashText(data);
    // The counter's top word separates texts from numbers, which always have 0 there.
    threefry(key, a | 0x80000000, b, scratch, 0);
    threefry([scratch[0]!, scratch[1]!], data.length, 0, scratch, 0);
  } else {
    if (data >>> 0 !== data) {
      throw new ConfigError({
        who: 'foldIn',
        rule: 'data must be a string or a non-negative integer below 2^32',
        received: describeValue(data),
      });
    }
    threefry(key, 0, data, scratch, 0);
  }
  return [scratch[0]!, scratch[1]!];
}

/**
 * `count` words of 32 random bits.
 *
 * @throws ConfigError if `count` is not a non-negative integer
 */
export function randomBits(key: RandomKey, count: number): Uint32Array {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new ConfigError({
      who: 'randomBits',
      rule: 'count must be a non-negative integer',
      received: describeValue(count),
    });
  }
  const words = new Uint32Array(count + (count & 1));
  for (let i = 0; i < count; i += 2) threefry(key, 0, i >>> 1, words, i);
  return count & 1 ? words.subarray(0, count) : words;
}

/** `count` float32 numbers, uniform in [0, 1), with 24 bits each. */
export function randomUniform(key: RandomKey, count: number): Float32Array {
  const bits = randomBits(key, count);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = (bits[i]! >>> 8) / 2 ** 24;
  return values;
}

/** `count` float32 numbers from the standard normal distribution (Box and Muller 1958). */
export function randomNormal(key: RandomKey, count: number): Float32Array {
  const pairs = (count + 1) >>> 1;
  const bits = randomBits(key, pairs * 2);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((bits[i]! + 1) / 2 ** 32));
    const angle = (2 * Math.PI * bits[i + 1]!) / 2 ** 32;
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/**
 * An integer, uniform in [0, limit).
 *
 * @param limit from 1 to 2^32
 * @throws ConfigError for any other limit
 */
export function randomInteger(key: RandomKey, limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 2 ** 32) {
    throw new ConfigError({
      who: 'randomInteger',
      rule: 'limit must be an integer from 1 to 2^32',
      received: describeValue(limit),
    });
  }
  threefry(key, 0, 0, scratch, 0);
  // 53 random bits scaled down: the bias is below 2^-21 for every limit that fits 32 bits.
  return Math.floor(((scratch[0]! * 2 ** 21 + (scratch[1]! >>> 11)) / 2 ** 53) * limit);
}

/** A random order of the integers 0 to `count - 1` (Fisher and Yates). */
export function randomPermutation(key: RandomKey, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const bits = randomBits(key, count);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor((bits[i]! / 2 ** 32) * (i + 1));
    const swap = order[i]!;
    order[i] = order[j]!;
    order[j] = swap;
  }
  return order;
}
