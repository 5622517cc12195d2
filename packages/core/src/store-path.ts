import { ConfigError } from './config-error.ts';
import { describeValue } from './describe-value.ts';

/**
 * A path in a file store in its one spelling: relative, forward slashes, neither `.` nor `..`, no slash at either end.
 *
 * @throws ConfigError for a path that is absolute, leads out of the store, or names the store itself
 */
export function storePath(path: string): string {
  const steps = typeof path === 'string' ? path.split('/').filter((step) => step !== '' && step !== '.') : [];
  const leadsOut = steps.includes('..') || /^\/|^[a-zA-Z]:|\\|\0/.test(path);
  if (steps.length === 0 || leadsOut) {
    throw new ConfigError({
      who: 'FileStore',
      rule: 'a path must name something inside its store, with forward slashes and without ..',
      received: describeValue(path),
    });
  }
  return steps.join('/');
}

/** A part of a file: where it begins and how long it is, in bytes. */
export interface ByteRange {
  /** First byte, from 0. */
  readonly offset: number;
  /** Number of bytes; the answer is shorter where the file ends before. */
  readonly length: number;
}

/** Refuses a range that is not made of two non-negative integers. */
export function checkRange({ offset, length }: ByteRange): void {
  if (Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0) return;
  throw new ConfigError({
    who: 'FileStore',
    rule: 'offset and length of a range must be non-negative integers',
    received: `offset ${String(offset)}, length ${String(length)}`,
  });
}
