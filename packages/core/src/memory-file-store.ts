import { ConfigError } from './config-error.ts';
import type { FileStore } from './file-store.ts';

/** Files in memory, for tests and for browsers that hand them on themselves. */
export class MemoryFileStore implements FileStore {
  readonly description = 'memory';
  private readonly files = new Map<string, Uint8Array>();

  async size(path: string): Promise<number | undefined> {
    return this.files.get(path)?.byteLength;
  }

  async read(path: string, range?: { readonly offset: number; readonly length: number }): Promise<Uint8Array> {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new ConfigError({ who: 'MemoryFileStore', rule: `there is no file ${path}` });
    return range === undefined ? bytes.slice() : bytes.slice(range.offset, range.offset + range.length);
  }

  async write(path: string, content: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const chunks: Uint8Array[] = [];
    if (content instanceof Uint8Array) chunks.push(content);
    else for await (const chunk of content) chunks.push(chunk.slice());
    const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.byteLength;
    }
    this.files.set(path, bytes);
  }

  async list(directory = ''): Promise<string[]> {
    const prefix = directory === '' ? '' : `${directory}/`;
    return [...this.files.keys()].filter((path) => path.startsWith(prefix)).sort();
  }

  async remove(path: string): Promise<void> {
    for (const name of [...this.files.keys()]) {
      if (name === path || name.startsWith(`${path}/`)) this.files.delete(name);
    }
  }
}
