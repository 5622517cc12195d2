import { MemoryFileStore } from './memory-file-store.ts';
import { directoryStore } from './directory-store.ts';
import { ConfigError } from './config-error.ts';
import { describeValue } from './describe-value.ts';
import type { ByteRange } from './store-path.ts';

/**
 * Named files somewhere: a directory, memory, a browser's storage. Paths are relative, with forward slashes; one that
 * leads out of the store is refused with ConfigError.
 */
export interface FileStore {
  /** Where this is, for messages: `directory runs/shakespeare`. */
  readonly description: string;
  /** Size in bytes, or `undefined` where there is no such file. */
  size(path: string): Promise<number | undefined>;
  /**
   * The bytes of a file, or of a range of it; fewer where the file ends before. The array belongs to the caller.
   *
   * @throws ConfigError where there is no such file, or for a range that is not made of non-negative integers
   */
  read(path: string, range?: ByteRange): Promise<Uint8Array>;
  /** Writes a whole file atomically: readers see the old bytes or the new ones, also after a crash. */
  write(path: string, content: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
  /** The paths of all files below `directory`, sorted; empty where there are none. */
  list(directory?: string): Promise<string[]>;
  /** Removes a file or a directory with all it holds; does nothing where there is none. */
  remove(path: string): Promise<void>;
}

/**
 * The store that an option names: a string is a directory (in Node and Bun), a store is itself.
 *
 * @throws ConfigError for anything else
 */
export function openFileStore(where: string | FileStore): FileStore {
  if (typeof where === 'string') return directoryStore(where);
  // By its methods: stores of other packages and other copies are as good.
  const methods = ['size', 'read', 'write', 'list', 'remove'] as const;
  if (typeof where === 'object' && where !== null && methods.every((name) => typeof where[name] === 'function')) {
    return where;
  }
  throw new ConfigError({
    who: 'openFileStore',
    rule: 'must be the name of a directory or a FileStore',
    received: describeValue(where),
  });
}

export { MemoryFileStore, directoryStore };
