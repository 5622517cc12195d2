import type * as FileSystem from 'node:fs/promises';
import type * as Paths from 'node:path';
import { ConfigError } from './config-error.ts';
import { describeValue } from './describe-value.ts';
import type { FileStore } from './file-store.ts';
import { checkRange, storePath } from './store-path.ts';
import type { ByteRange } from './store-path.ts';

// One read call takes at most 2 GiB; larger ranges are read in steps of 1 GiB.
const readStep = 2 ** 30;
const partialFile = /\.partial-\d+-\d+$/;
let writes = 0;

// Taken from the process, not imported, so that bundlers for browsers meet no Node module.
function nodeModule<T>(name: string): T {
  const found: unknown = globalThis.process?.getBuiltinModule?.(name);
  if (found === undefined) {
    throw new ConfigError({
      who: 'openFileStore',
      rule: 'a directory needs a file system, which this runtime does not have',
      suggestion: 'pass a FileStore, for example new MemoryFileStore()',
    });
  }
  return found as T;
}

class DirectoryStore implements FileStore {
  readonly description: string;
  private readonly root: string;
  private readonly fs = nodeModule<typeof FileSystem>('node:fs/promises');
  private readonly paths = nodeModule<typeof Paths>('node:path');

  constructor(directory: string) {
    this.root = this.paths.resolve(directory);
    this.description = `directory ${directory}`;
  }

  private locate(path: string): string {
    return this.paths.join(this.root, storePath(path));
  }

  async size(path: string): Promise<number | undefined> {
    try {
      const entry = await this.fs.stat(this.locate(path));
      return entry.isFile() ? entry.size : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async read(path: string, range?: ByteRange): Promise<Uint8Array> {
    if (range !== undefined) checkRange(range);
    const full = this.locate(path);
    try {
      const file = await this.fs.open(full, 'r');
      try {
        const { size } = await file.stat();
        const offset = range?.offset ?? 0;
        // Never more than there is, so that a range from a damaged header can not exhaust memory.
        const length = Math.max(0, Math.min(range?.length ?? size, size - offset));
        const bytes = new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          const step = Math.min(length - filled, readStep);
          const { bytesRead } = await file.read(bytes, filled, step, offset + filled);
          if (bytesRead === 0) return bytes.slice(0, filled);
          filled += bytesRead;
        }
        return bytes;
      } finally {
        await file.close();
      }
    } catch (error) {
      if (!isMissing(error) && !isDirectory(error)) throw error;
      throw new ConfigError({
        who: 'FileStore',
        rule: 'a file that is read must exist',
        received: `${path} in ${this.description}`,
        cause: error,
      });
    }
  }

  async write(path: string, content: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const full = this.locate(path);
    await this.fs.mkdir(this.paths.dirname(full), { recursive: true });
    // Write beside, flush to the disk, then rename over: a crash leaves the old file or the new one.
    // The count keeps two writes of one process to the same file apart.
    const beside = `${full}.partial-${process.pid}-${writes++}`;
    try {
      const file = await this.fs.open(beside, 'w');
      try {
        if (content instanceof Uint8Array) await file.writeFile(content);
        else for await (const chunk of content) await file.writeFile(chunk);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.fs.rename(beside, full);
    } catch (error) {
      await this.fs.rm(beside, { force: true });
      throw error;
    }
    await this.syncDirectory(this.paths.dirname(full));
  }

  // Makes the rename itself durable. Windows can not open a directory, and needs no such step.
  private async syncDirectory(directory: string): Promise<void> {
    if (process.platform === 'win32') return;
    const handle = await this.fs.open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async list(directory = ''): Promise<string[]> {
    try {
      const entries = await this.fs.readdir(directory === '' ? this.root : this.locate(directory), {
        recursive: true,
        withFileTypes: true,
      });
      return entries
        .filter((entry) => entry.isFile() && !partialFile.test(entry.name))
        .map((entry) => this.paths.relative(this.root, this.paths.join(entry.parentPath, entry.name)))
        .map((path) => path.split(this.paths.sep).join('/'))
        .sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async remove(path: string): Promise<void> {
    await this.fs.rm(this.locate(path), { recursive: true, force: true });
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function isDirectory(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'EISDIR';
}

/**
 * The files below a directory of the file system, which is made on the first write. Node and Bun only. A write goes to a file
 * beside the target, is flushed to the disk and then renamed over it; what a crash leaves of it is never listed.
 *
 * @param directory absolute, or relative to the working directory
 * @throws ConfigError for an empty name, and where the runtime has no file system
 */
export function directoryStore(directory: string): FileStore {
  if (typeof directory !== 'string' || directory === '') {
    throw new ConfigError({
      who: 'openFileStore',
      rule: 'a directory must be named by a string that is not empty',
      received: describeValue(directory),
      suggestion: "'.' is the working directory",
    });
  }
  return new DirectoryStore(directory);
}
