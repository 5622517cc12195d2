import fileSystem, { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from './config-error.ts';
import { directoryStore, MemoryFileStore, openFileStore } from './file-store.ts';
import type { FileStore } from './file-store.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gptloom-core-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const kinds: [string, () => FileStore][] = [
  ['a directory', () => directoryStore(join(directory, 'made', 'on', 'demand'))],
  ['memory', () => new MemoryFileStore()],
];

describe.each(kinds)('a file store in %s', (_, open) => {
  it('gives back what was written, from bytes, lists and streams', async () => {
    const store = open();
    await store.write('a', text('bytes'));
    await store.write('deep/er/b', [text('li'), text('st')]);
    await store.write(
      'c',
      (async function* () {
        yield text('str');
        yield text('eam');
      })(),
    );
    await store.write('empty', new Uint8Array(0));
    expect(await store.read('a')).toEqual(text('bytes'));
    expect(await store.read('deep/er/b')).toEqual(text('list'));
    expect(await store.read('c')).toEqual(text('stream'));
    expect(await store.read('empty')).toEqual(new Uint8Array(0));
    expect([await store.size('a'), await store.size('empty')]).toEqual([5, 0]);
  });

  it('keeps bytes of its own', async () => {
    const store = open();
    const bytes = text('abc');
    await store.write('a', bytes);
    bytes[0] = 0;
    const first = await store.read('a');
    expect(first).toEqual(text('abc'));
    first[0] = 0;
    expect(await store.read('a')).toEqual(text('abc'));
    expect(first.byteOffset % 8).toBe(0);
  });

  it('writes only the part that a view shows', async () => {
    const store = open();
    await store.write('a', text('abcdef').subarray(2, 4));
    expect(await store.read('a')).toEqual(text('cd'));
  });

  it('reads ranges, cut off at the end of the file', async () => {
    const store = open();
    await store.write('a', text('0123456789'));
    expect(await store.read('a', { offset: 2, length: 3 })).toEqual(text('234'));
    expect(await store.read('a', { offset: 8, length: 2 ** 50 })).toEqual(text('89'));
    expect(await store.read('a', { offset: 20, length: 4 })).toEqual(new Uint8Array(0));
    expect(await store.read('a', { offset: 0, length: 0 })).toEqual(new Uint8Array(0));
    for (const range of [
      { offset: -1, length: 1 },
      { offset: 0, length: NaN },
      { offset: 0.5, length: 1 },
    ]) {
      await expect(store.read('a', range)).rejects.toThrow(ConfigError);
    }
  });

  it('says of missing files and of directories that they are no files', async () => {
    const store = open();
    await store.write('d/a', text('x'));
    expect([await store.size('none'), await store.size('d'), await store.size('d/a/b')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    for (const path of ['none', 'd', 'd/a/b'])
      await expect(store.read(path)).rejects.toThrow(/must exist; received .*/);
    await expect(store.read('none')).rejects.toBeInstanceOf(ConfigError);
  });

  it('replaces a file', async () => {
    const store = open();
    await store.write('a', text('a long old content'));
    await store.write('a', text('new'));
    expect(await store.read('a')).toEqual(text('new'));
  });

  it('keeps the old file and leaves no trace when the content fails', async () => {
    const store = open();
    await store.write('a', text('old'));
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield text('half');
      throw new Error('disk on fire');
    }
    await expect(store.write('a', failing())).rejects.toThrow('disk on fire');
    await expect(store.write('b', failing())).rejects.toThrow('disk on fire');
    expect(await store.read('a')).toEqual(text('old'));
    expect(await store.list()).toEqual(['a']);
  });

  it('survives writes to one file at the same time', async () => {
    const store = open();
    const contents = Array.from({ length: 8 }, (_unused, i) => text(String(i).repeat(1000)));
    await Promise.all(contents.map((content) => store.write('a', content)));
    const read = await store.read('a');
    expect(contents.some((content) => Buffer.compare(content, read) === 0)).toBe(true);
    expect(await store.list()).toEqual(['a']);
  });

  it('lists files below a directory, sorted', async () => {
    const store = open();
    expect(await store.list()).toEqual([]);
    for (const path of ['b', 'a/z', 'a/b/c', 'ab']) await store.write(path, text(path));
    expect(await store.list()).toEqual(['a/b/c', 'a/z', 'ab', 'b']);
    expect(await store.list('a')).toEqual(['a/b/c', 'a/z']);
    expect(await store.list('a/')).toEqual(['a/b/c', 'a/z']);
    expect(await store.list('none')).toEqual([]);
    expect(await store.list('b')).toEqual([]);
  });

  it('removes files and directories, and nothing where there is nothing', async () => {
    const store = open();
    for (const path of ['a/b', 'a/c/d', 'ab', 'e']) await store.write(path, text(path));
    await store.remove('a');
    await store.remove('e');
    await store.remove('none');
    expect(await store.list()).toEqual(['ab']);
  });

  it('takes spellings of one path for one file', async () => {
    const store = open();
    await store.write('./a//b', text('x'));
    expect(await store.list()).toEqual(['a/b']);
    expect(await store.read('a/./b')).toEqual(text('x'));
  });

  it.each(['../a', 'a/../../b', 'a/..', '/etc/passwd', 'C:/a', 'a\\b', 'a\0', '', '.', '/'])(
    'refuses the path %j',
    async (path) => {
      const store = open();
      await expect(store.write(path, text('x'))).rejects.toThrow(ConfigError);
      await expect(store.read(path)).rejects.toThrow(ConfigError);
      await expect(store.size(path)).rejects.toThrow(ConfigError);
      await expect(store.remove(path)).rejects.toThrow(ConfigError);
      if (path !== '') await expect(store.list(path)).rejects.toThrow(ConfigError);
    },
  );
});

describe('directoryStore', () => {
  it('does not list what a crash left of a write', async () => {
    await writeFile(join(directory, 'a.partial-123-0'), 'half');
    await writeFile(join(directory, 'my.partial-notes'), 'whole');
    expect(await directoryStore(directory).list()).toEqual(['my.partial-notes']);
  });

  it('puts nothing in place before the content is complete', async () => {
    const store = directoryStore(directory);
    const seen: string[][] = [];
    await store.write(
      'a',
      (async function* () {
        yield text('1');
        seen.push(await store.list(), await readdir(directory));
        yield text('2');
      })(),
    );
    expect(seen[0]).toEqual([]);
    expect(seen[1]).toHaveLength(1);
    expect(await readdir(directory)).toEqual(['a']);
  });

  it('says in plain words what the file system refuses', async () => {
    const store = directoryStore(directory);
    await mkdir(join(directory, 'a'));
    await writeFile(join(directory, 'file'), 'x');
    await symlink('loop', join(directory, 'loop'));
    const long = 'n'.repeat(300);
    const refused: [() => Promise<unknown>, RegExp][] = [
      [
        () => store.write('a', text('x')),
        /write: the place of the file must not be taken by a directory; received E\w+ for a in/,
      ],
      [() => store.write('file/b', text('x')), /write: every part of the path before the last must be a directory/],
      [() => directoryStore(join(directory, 'file')).write('b', text('x')), /every part of the path.*ENOTDIR|EEXIST/],
      [() => store.write(long, text('x')), /write: the path must be short enough.*ENAMETOOLONG/],
      [() => store.read(long), /read: the path must be short enough.*ENAMETOOLONG/],
      [() => store.size('loop'), /size: symbolic links must not lead in a circle; received ELOOP for loop in/],
      [() => store.read('loop'), /read: symbolic links.*ELOOP/],
      [() => directoryStore(join(directory, 'loop')).list(), /list: symbolic links.*ELOOP for directory/],
      [() => store.remove(long), /remove: the path must be short enough/],
    ];
    for (const [call, message] of refused) {
      const error: unknown = await call().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ who: 'FileStore', message: expect.stringMatching(message) as string });
      expect((error as Error).cause).toMatchObject({ code: expect.stringMatching(/^E/) as string });
      expect((error as Error).message).not.toContain('\n');
    }
    expect((await readdir(directory)).sort()).toEqual(['a', 'file', 'loop']);
  });

  it.each([
    ['ENOSPC', 'the disk must have room'],
    ['EACCES', 'the file system must permit it'],
    ['EPERM', 'the file system must permit it'],
    ['EROFS', 'the disk must be writable'],
    ['ENOENT', 'the directory must stay where it is in the meantime'],
    ['ESTALE', 'the file system must be able to do it'],
  ])('says of %s on write that %s, and keeps the old file', async (code, rule) => {
    const store = directoryStore(directory);
    await store.write('a', text('old'));
    const cause = Object.assign(new Error(code), { code });
    const open = vi.spyOn(fileSystem, 'open').mockRejectedValueOnce(cause);
    try {
      const error: unknown = await store.write('a', text('new')).catch((caught: unknown) => caught);
      expect(ConfigError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({
        rule: `write: ${rule}`,
        received: `${code} for a in directory ${directory}`,
        cause,
      });
    } finally {
      open.mockRestore();
    }
    expect(await store.read('a')).toEqual(text('old'));
    expect(await readdir(directory)).toEqual(['a']);
  });

  it('does not take an error of the content for one of its own', async () => {
    const cause = Object.assign(new Error('source gone'), { code: 'ENOENT' });
    const content = (async function* () {
      yield text('half');
      throw cause;
    })();
    await expect(directoryStore(directory).write('a', content)).rejects.toBe(cause);
    expect(await readdir(directory)).toEqual([]);
  });

  it('sweeps what dead processes left beside the file that it writes, and nothing else', async () => {
    // No process has this id: the largest that Linux gives is 4194304.
    const dead = 99999999;
    const ago = (seconds: number): Date => new Date(Date.now() - 1000 * seconds);
    const files: [string, number, boolean][] = [
      [`a.partial-${dead}-0`, 120, false],
      [`a.partial-${dead}-1`, 5, true], // perhaps of another machine, on a disk that both share
      [`a.partial-${process.pid}-999`, 120, true],
      [`a.partial-${process.pid}-998`, 2 * 86400, false],
      [`ab.partial-${dead}-0`, 120, true],
      ['a.partial-notes', 2 * 86400, true],
    ];
    for (const [name, seconds] of files) {
      await writeFile(join(directory, name), 'half');
      await utimes(join(directory, name), ago(seconds), ago(seconds));
    }
    await directoryStore(directory).write('a', text('x'));
    const kept = files.filter(([, , stays]) => stays).map(([name]) => name);
    expect((await readdir(directory)).sort()).toEqual(['a', ...kept].sort());
  });

  it('needs a file system', () => {
    vi.stubGlobal('process', undefined);
    try {
      expect(() => directoryStore('x')).toThrow(/needs a file system/);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('openFileStore', () => {
  it('takes a string for a directory and a store for itself', () => {
    const memory = new MemoryFileStore();
    expect(openFileStore(memory)).toBe(memory);
    expect(openFileStore('runs/a').description).toBe('directory runs/a');
  });

  it.each([undefined, null, 1, {}, '', { read: true }])('refuses %s', (where) => {
    expect(() => openFileStore(where as string)).toThrow(ConfigError);
  });
});
