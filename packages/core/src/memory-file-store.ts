import { ConfigError } from './config-error.ts';
import type { FileStore } from './file-store.ts';
import { checkRange, storePath } from './store-path.ts';
import type { ByteRange } from './store-path.ts';

/** Files in memory, for tests and for browsers that hand them on themselves. */
export class MemoryFileStore implements FileStore {
  /** `memory`. */
  readonly description = 'memory';
  private readonly files = new Map<string, Uint8Array>();

  /** Size in bytes, or `undefined` where there is no such file. */
  async size(path: string): Promise<number | undefined> {
    return this.files.get(storePath(path))?.byteLength;
  }

  /** A copy of the bytes of a file, or of a range of it. */
  async read(path: string, range?: ByteRange): Promise<Uint8Array> {
    if (range !== undefined) checkRange(range);
    const bytes = this.files.get(storePath(path));
    if (bytes === undefined) {
      throw new ConfigError({
        who: 'FileStore',
        rule: 'a file that is read must exist',
        received: `${path} in memory`,
      });
    }
    return range === undefined ? bytes.slice() : bytes.slice(range.offset, range.offset + range.length);
  }

  /** Keeps a copy of the whole content under `path`; an error in between leaves the old file. */
  async write(path: string, content: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const name = storePath(path);
    const chunks: Uint8Array[] = [];
    if (content instanceof Uint8Array) chunks.push(content);
    else for await (const chunk of content) chunks.push(chunk.slice());
    const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.byteLength;
    }
    this.files.set(name, bytes);
  }

  /** The paths of all files below `directory`, sorted. */
  async list(directory = ''): Promise<string[]> {
    const prefix = directory === '' ? '' : `${storePath(directory)}/`;
    return [...this.files.keys()].filter((path) => path.startsWith(prefix)).sort();
  }

  /** Removes a file or a directory with all it holds. */
  async remove(path: string): Promise<void> {
    const removed = storePath(path);
    for (const name of [...this.files.keys()]) {
      if (name === removed || name.startsWith(`${removed}/`)) this.files.delete(name);
    }
  }
}
