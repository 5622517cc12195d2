import type * as FileSystem from 'node:fs/promises';
import type * as Paths from 'node:path';
import { ConfigError } from './config-error.ts';
import { describeValue } from './describe-value.ts';
import type { FileStore } from './file-store.ts';
import { systemCode, withPlainErrors, type FileAction } from './file-system-error.ts';
import { removeOrphans } from './remove-orphans.ts';
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

  private attempt<T>(action: FileAction, path: string, call: () => Promise<T>): Promise<T> {
    return withPlainErrors(action, path === '' ? this.description : `${path} in ${this.description}`, call);
  }

  async size(path: string): Promise<number | undefined> {
    const full = this.locate(path);
    return this.attempt('size', path, async () => {
      try {
        const entry = await this.fs.stat(full);
        return entry.isFile() ? entry.size : undefined;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  async read(path: string, range?: ByteRange): Promise<Uint8Array> {
    if (range !== undefined) checkRange(range);
    const full = this.locate(path);
    return this.attempt('read', path, () => this.readFile(path, full, range));
  }

  private async readFile(path: string, full: string, range: ByteRange | undefined): Promise<Uint8Array> {
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
      if (!isMissing(error) && systemCode(error) !== 'EISDIR') throw error;
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
    const directory = this.paths.dirname(full);
    const attempt = <T>(call: () => Promise<T>): Promise<T> => this.attempt('write', path, call);
    await attempt(() => this.fs.mkdir(directory, { recursive: true }));
    await removeOrphans(this.fs, directory, this.paths.basename(full));
    // Write beside, flush to the disk, then rename over: a crash leaves the old file or the new one.
    // The count keeps two writes of one process to the same file apart.
    const beside = `${full}.partial-${process.pid}-${writes++}`;
    try {
      const file = await attempt(() => this.fs.open(beside, 'w'));
      try {
        // Each call on its own: an error of the content is not one of this disk.
        if (content instanceof Uint8Array) await attempt(() => file.writeFile(content));
        else for await (const chunk of content) await attempt(() => file.writeFile(chunk));
        await attempt(() => file.sync());
      } finally {
        await attempt(() => file.close());
      }
      await attempt(() => this.fs.rename(beside, full));
    } catch (error) {
      // The first error is the one to report.
      await this.fs.rm(beside, { force: true }).catch(() => undefined);
      throw error;
    }
    await attempt(() => this.syncDirectory(directory));
  }

  // Makes a rename or a removal itself durable. Windows can not open a directory, and needs no such step.
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
    const full = directory === '' ? this.root : this.locate(directory);
    return this.attempt('list', directory, async () => {
      try {
        const entries = await this.fs.readdir(full, { recursive: true, withFileTypes: true });
        return entries
          .filter((entry) => entry.isFile() && !partialFile.test(entry.name))
          .map((entry) => this.paths.relative(this.root, this.paths.join(entry.parentPath, entry.name)))
          .map((path) => path.split(this.paths.sep).join('/'))
          .sort();
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    });
  }

  async remove(path: string): Promise<void> {
    const full = this.locate(path);
    await this.attempt('remove', path, async () => {
      try {
        await this.fs.lstat(full);
      } catch (error) {
        if (isMissing(error)) return;
        throw error;
      }
      await this.fs.rm(full, { recursive: true, force: true });
      // Nothing that is written afterwards may reach the disk before this.
      await this.syncDirectory(this.paths.dirname(full));
    });
  }
}

function isMissing(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * The files below a directory of the file system, which is made on the first write. Node and Bun only. A write goes to a file
 * beside the target, is flushed to the disk and then renamed over it; what a crash leaves of it is never listed, and is
 * removed by the next write to the same target once it is a minute old. What the file system refuses (no room, no
 * permission, a file where a directory should be) throws ConfigError, with the system's error as its cause.
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
