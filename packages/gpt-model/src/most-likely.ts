import { ShapeError } from '@gptloom/core';

/**
 * Ids of the largest logits, the largest first and of equal ones the smaller id.
 *
 * Sorting a whole vocabulary can take longer than the model takes for a token. So a histogram over the upper half of each
 * number's bits finds a bound below which nothing is wanted, and only the rest is sorted.
 *
 * @param logits numbers without NaN, at most 2^21 of them
 * @param count how many ids are wanted at most
 * @param least logits below it are not wanted; by default all are
 */
export function mostLikely(logits: Float32Array, count: number, least = -Infinity): Uint32Array {
  if (logits.length > idRange) {
    throw new ShapeError({ who: 'mostLikely', rule: `at most ${idRange} logits`, received: `${logits.length}` });
  }
  const bits = new Uint32Array(logits.length);
  new Float32Array(bits.buffer).set(logits);
  for (let id = 0; id < bits.length; id++) bits[id] = inOrder(bits[id]!);
  const lowest = logits.length > smallVocabulary && count < logits.length ? lowestBucket(bits, count) : 0;
  const keys = new Float64Array(bits.length);
  let wanted = 0;
  for (let id = 0; id < bits.length; id++) {
    // Logit and id in one number, exact below 2^53: arrays of plain numbers are sorted without a call for each comparison.
    if (bits[id]! >>> 16 >= lowest && logits[id]! >= least) keys[wanted++] = (~bits[id]! >>> 0) * idRange + id;
  }
  const sorted = keys.subarray(0, wanted).sort().subarray(0, count);
  return Uint32Array.from(sorted, (key) => key % idRange);
}

/** Logits that are sorted sooner than a histogram is made. */
const smallVocabulary = 4096;

/** The upper half of the bits below which none of the `count` largest numbers is. */
function lowestBucket(bits: Uint32Array, count: number): number {
  const perBucket = new Uint32Array(1 << 16);
  for (let id = 0; id < bits.length; id++) perBucket[bits[id]! >>> 16]!++;
  let bucket = perBucket.length;
  for (let found = 0; bucket > 0 && found < count;) found += perBucket[--bucket]!;
  return bucket;
}

/** Ids are below it: the largest for which a logit's 32 bits and an id fit into a float64. */
const idRange = 2 ** 21;

/** Turns the bits of a float32 into an integer that grows with the number; both zeros become one. */
function inOrder(bits: number): number {
  const positive = bits === 0x8000_0000 ? 0 : bits;
  return positive >>> 31 === 1 ? ~positive >>> 0 : (positive | 0x8000_0000) >>> 0;
}
