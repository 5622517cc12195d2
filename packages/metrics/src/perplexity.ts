import { describeValue, ShapeError } from '@gptloom/core';

function checkAmount(who: string, name: string, value: number): void {
  if (typeof value === 'number' && value >= 0) return;
  throw new ShapeError({ who, rule: `${name} must be a number that is not negative`, received: describeValue(value) });
}

/**
 * Perplexity: `exp(meanNats)`, the number of equally likely tokens that would be as hard to guess.
 *
 * @param meanNats mean of `-ln p` over the target tokens, in nats
 * @throws ShapeError for NaN and for negative numbers
 */
export function perplexity(meanNats: number): number {
  checkAmount('perplexity', 'meanNats', meanNats);
  return Math.exp(meanNats);
}

/** What {@link bitsPerByte} divides. */
export interface NatsAndBytes {
  /** Sum of `-ln p` over the target tokens, in nats. */
  readonly nats: number;
  /** UTF-8 bytes of the text that the target tokens stand for. */
  readonly bytes: number;
}

/**
 * Bits per byte: `nats / (ln 2 * bytes)`. Unlike perplexity it compares models with different tokenizers.
 *
 * @throws ShapeError for amounts that are negative or NaN, and for no bytes
 */
export function bitsPerByte({ nats, bytes }: NatsAndBytes): number {
  checkAmount('bitsPerByte', 'nats', nats);
  checkAmount('bitsPerByte', 'bytes', bytes);
  if (bytes === 0) throw new ShapeError({ who: 'bitsPerByte', rule: 'there must be at least one byte' });
  return nats / (Math.LN2 * bytes);
}
