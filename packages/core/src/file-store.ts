import { MemoryFileStore } from './memory-file-store.ts';
import { directoryStore } from './directory-store.ts';

/** Named files somewhere: a directory, memory, a browser's storage. Paths are relative, with forward slashes. */
export interface FileStore {
  /** Where this is, for messages: `directory runs/shakespeare`. */
  readonly description: string;
  /** Size in bytes, or `undefined` where there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** The bytes of a file, or of a range of it. Throws where there is no such file. */
  read(path: string, range?: { readonly offset: number; readonly length: number }): Promise<Uint8Array>;
  /** Writes a whole file atomically: readers see the old bytes or the new ones, also after a crash. */
  write(path: string, content: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
  /** The paths of all files below `directory`, sorted; empty where there are none. */
  list(directory?: string): Promise<string[]>;
  /** Removes a file or a directory with all it holds; does nothing where there is none. */
  remove(path: string): Promise<void>;
}

/** The store that an option names: a string is a directory (in Node and Bun), a store is itself. */
export function openFileStore(where: string | FileStore): FileStore {
  return typeof where === 'string' ? directoryStore(where) : where;
}

export { MemoryFileStore, directoryStore };
