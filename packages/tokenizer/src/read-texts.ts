import type * as FileSystem from 'node:fs/promises';
import type * as Paths from 'node:path';
import { check, checkOptions, ConfigError, describeValue, FormatError } from '@gptloom/core';
import { cutPlace } from './cut-text.ts';

/** Which files are read, and how. */
export interface ReadTextsOptions {
  /** Endings of the names of files that are read in directories, for example `.txt`. Default: all files. */
  readonly extensions?: readonly string[] | undefined;
  /** UTF-16 units after which a file is cut into documents. Default 2^14. */
  readonly documentUnits?: number | undefined;
}

const who = 'readTexts';
const bytesPerRead = 1 << 18;
// Strings that outlive a collection of young objects let V8 make room for more of them, up to a hundred megabytes, so
// texts are decoded and handed on in small pieces.
const bytesPerDecode = 1 << 14;
const defaultDocumentUnits = 1 << 14;
// A file without a good place to cut is cut anywhere at so many times the wanted length.
const patience = 512;

/**
 * Reads text files, and all files below directories in the order of their names, as documents for training. Holds no
 * more than a few documents: a long file is cut, after a line if it has lines, where no word of the usual patterns is
 * cut. Node and Bun.
 *
 * ```ts
 * import { readTexts, trainBpeTokenizer } from '@gptloom/tokenizer/training';
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 *
 * const directory = mkdtempSync('texts-');
 * writeFileSync(`${directory}/one.txt`, 'to be or not to be');
 * const tokenizer = await trainBpeTokenizer(readTexts(directory), { vocabSize: 270 });
 * console.log(tokenizer.vocabSize);
 * ```
 *
 * @param paths files and directories
 * @throws ConfigError where a path does not exist, or the runtime has no file system
 * @throws FormatError where a file is not UTF-8, naming the byte
 */
export function readTexts(paths: string | readonly string[], options: ReadTextsOptions = {}): AsyncIterable<string> {
  checkOptions(who, options, {
    extensions: check.optional(check.array),
    documentUnits: check.optional(check.positiveInteger),
  });
  const all = typeof paths === 'string' ? [paths] : paths;
  if (!Array.isArray(all) || !all.every((path) => typeof path === 'string')) {
    throw new ConfigError({ who, rule: 'paths must be strings', received: describeValue(paths) });
  }
  const { extensions, documentUnits = defaultDocumentUnits } = options;
  return {
    async *[Symbol.asyncIterator]() {
      for (const path of all) {
        for await (const file of filesBelow(path, extensions)) yield* documentsOfFile(file, documentUnits);
      }
    },
  };
}

function nodeModule<T>(name: string): T {
  const found: unknown = globalThis.process?.getBuiltinModule?.(name);
  if (found !== undefined) return found as T;
  throw new ConfigError({
    who,
    rule: 'reading files needs a file system, which this runtime does not have',
    suggestion: 'pass the texts themselves, for example of `file.text()`',
  });
}

async function* filesBelow(
  path: string,
  extensions: readonly string[] | undefined,
): AsyncGenerator<string, void, void> {
  const fs = nodeModule<typeof FileSystem>('node:fs/promises');
  const { join } = nodeModule<typeof Paths>('node:path');
  let isDirectory: boolean;
  try {
    isDirectory = (await fs.stat(path)).isDirectory();
  } catch (error) {
    throw new ConfigError({ who, rule: 'a path must exist', received: path, cause: error });
  }
  if (!isDirectory) {
    yield path;
    return;
  }
  const entries = (await fs.readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) yield* filesBelow(inside, extensions);
    else if (entry.isFile() && (extensions?.some((ending) => entry.name.endsWith(ending)) ?? true)) yield inside;
  }
}

async function* documentsOfFile(path: string, documentUnits: number): AsyncGenerator<string, void, void> {
  const { open } = nodeModule<typeof FileSystem>('node:fs/promises');
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const buffer = new Uint8Array(bytesPerRead);
  const file = await open(path, 'r');
  let text = '';
  let searched = 0;
  let offset = 0;
  const decode = (bytes: Uint8Array, stream: boolean): string => {
    try {
      return decoder.decode(bytes, { stream });
    } catch (error) {
      throw new FormatError({
        who,
        rule: `a file must be UTF-8: ${path} is not, between bytes ${Math.max(0, offset - 3)} and ${offset + bytes.length}`,
        suggestion: 'leave files that are no text out with `extensions`',
        cause: error,
      });
    }
  };
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, bytesPerRead);
      if (bytesRead === 0) break;
      for (let start = 0; start < bytesRead;) {
        // A document that finds no end gets longer in larger steps, because each copies it.
        const bytes = buffer.subarray(start, searched > 0 ? bytesRead : Math.min(start + bytesPerDecode, bytesRead));
        start += bytes.length;
        text += decode(bytes, true);
        offset += bytes.length;
        while (text.length > 2 * documentUnits) {
          let end = cutPlace(text, Math.max(documentUnits, searched));
          if (end < 0) {
            searched = text.length;
            if (text.length < patience * documentUnits) break;
            const line = text.lastIndexOf('\n') + 1;
            end = line > 0 ? line : wholeCharacters(text, documentUnits);
          }
          yield text.slice(0, end);
          text = text.slice(end);
          searched = 0;
        }
      }
    }
    text += decode(buffer.subarray(0, 0), false);
    if (text !== '') yield text;
  } finally {
    await file.close();
  }
}

/** A place at or after `at` that is between two characters. */
function wholeCharacters(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at + 1 : at;
}
