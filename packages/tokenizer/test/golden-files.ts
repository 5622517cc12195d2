import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One text as the reference encodes it. */
export interface Encoding {
  readonly text: string;
  /** Ids with special tokens found in the text. */
  readonly allowed: number[];
  /** Ids with special tokens as plain text. */
  readonly plain: number[];
  /** The reference's text of `plain`. */
  readonly decoded: string;
}

const directory = join(import.meta.dirname, 'golden');

/** The text of a golden file. */
export function goldenText(name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}

/** The content of a golden JSON file. */
export function golden<T>(name: string): T {
  return JSON.parse(goldenText(name)) as T;
}

/** Tiny Shakespeare beside the repository, which some machines have. */
export const shakespearePath = join(import.meta.dirname, '../../../../shared/data/tinyshakespeare/input.txt');
