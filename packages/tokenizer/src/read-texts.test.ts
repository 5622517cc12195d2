import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, FormatError } from '@gptloom/core';
import { afterAll, expect, test } from 'vitest';
import { readTexts, type ReadTextsOptions } from './read-texts.ts';

const directory = mkdtempSync(join(tmpdir(), 'gptloom-texts-'));
afterAll(() => rmSync(directory, { recursive: true }));

const put = (name: string, content: string | Uint8Array): string => {
  const path = join(directory, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
};
const read = async (paths: string | string[], options?: ReadTextsOptions): Promise<string[]> => {
  const texts: string[] = [];
  for await (const text of readTexts(paths, options)) texts.push(text);
  return texts;
};

test('reads files and directories in order', async () => {
  put('all/b.txt', 'second');
  put('all/a/deep.md', 'first');
  put('all/c.bin', Uint8Array.of(0xff));
  put('all/empty.txt', '');
  expect(await read([join(directory, 'all/b.txt'), join(directory, 'all')], { extensions: ['.txt', '.md'] })).toEqual([
    'second',
    'first',
    'second',
  ]);
});

test('cuts long files between lines, and anywhere where there is no line', async () => {
  const lines = Array.from({ length: 40_000 }, (_, i) => `line ${i} 🙂\n`).join('');
  const pieces = await read(put('lines.txt', lines), { documentUnits: 1000 });
  expect(pieces.join('')).toBe(lines);
  expect(pieces.length).toBeGreaterThan(100);
  expect(pieces.every((piece) => piece.endsWith('\n'))).toBe(true);
  const faces = '🙂'.repeat(300_000);
  const cut = await read(put('faces.txt', faces), { documentUnits: 1001 });
  expect(cut.join('')).toBe(faces);
  expect(cut.length).toBeGreaterThan(50);
  expect(cut.every((piece) => !/\p{Surrogate}/u.test(piece))).toBe(true);
});

test('says which file is not UTF-8 and where', async () => {
  const bytes = new Uint8Array(300_000).fill(0x61);
  bytes[280_000] = 0xff;
  const path = put('broken.txt', bytes);
  await expect(read(path)).rejects.toThrow(FormatError);
  await expect(read(path)).rejects.toThrow(`${path} is not, between bytes 262141 and 300000`);
  await expect(read(put('cut.txt', Uint8Array.of(0x61, 0xe2)))).rejects.toThrow(FormatError);
});

test('refuses paths that do not exist or are none', async () => {
  await expect(read(join(directory, 'none'))).rejects.toThrow(ConfigError);
  expect(() => readTexts(7 as unknown as string)).toThrow('paths must be strings');
  expect(() => readTexts('a', { extension: '.txt' } as ReadTextsOptions)).toThrow("no option 'extension'");
});
