import { describeValue, FormatError } from '@gptloom/core';

/** Checks that the content of a file is given as bytes. */
export function checkBytes(who: string, bytes: unknown): void {
  if (bytes instanceof Uint8Array) return;
  throw new FormatError({ who, rule: 'must be a Uint8Array', received: describeValue(bytes) });
}
