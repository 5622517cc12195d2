import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { BackendError } from '@gptloom/core';
import { selectBackend, type BackendName } from '@gptloom/backend';
import { afterEach, beforeEach, expect, it } from 'vitest';

// A folder of packages that stands before the real ones; a new one for each test, since Node remembers what it found.
let directory: string;

function writePackage(name: string, source: string, files: readonly string[] = []): void {
  const home = join(directory, 'node_modules', name);
  for (const file of ['dist', ...files]) mkdirSync(join(home, file), { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name, main: 'dist/index.js' }));
  writeFileSync(join(home, 'dist/index.js'), source);
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gptloom-packages-'));
  process.env['GPTLOOM_PACKAGES'] = directory;
});
afterEach(() => {
  delete process.env['GPTLOOM_PACKAGES'];
  rmSync(directory, { recursive: true });
});

async function failure(name: BackendName): Promise<Error> {
  const error: unknown = await selectBackend(name).catch((thrown: unknown) => thrown);
  expect(BackendError.isInstance(error)).toBe(true);
  return error as Error;
}
const missingBinding = (name: string): string =>
  `throw new Error('The Node.js native addon module (tfjs_binding.node) can not be found at path: ${name}.')`;

it('explains a native package whose install script was blocked', async () => {
  writePackage('@tensorflow/tfjs-node', missingBinding('@tensorflow/tfjs-node'));
  const error = await failure('node');
  expect(error.message).toContain("the backend 'node' can not be used here: its install script was not allowed to run");
  expect(error.message).toContain('npm rebuild @tensorflow/tfjs-node --build-addon-from-source');
  expect(error.cause).toMatchObject({ message: expect.stringContaining('tfjs_binding.node') as string });
});

it('explains a native package whose download failed', async () => {
  writePackage('@tensorflow/tfjs-node-gpu', missingBinding('@tensorflow/tfjs-node-gpu'), ['deps']);
  expect((await failure('node-gpu')).message).toContain('the download of its native part failed');
});

it('looks in directories relative to the working directory', async () => {
  writePackage('@tensorflow/tfjs-node', `throw new Error('found here');`);
  process.env['GPTLOOM_PACKAGES'] = relative(process.cwd(), directory);
  expect((await failure('node')).message).toContain('found here');
});

it('puts util.isNullOrUndefined back before a native package loads', async () => {
  writePackage(
    '@tensorflow/tfjs-node',
    `const util = require('util'); throw new Error('had ' + util.isNullOrUndefined(undefined) + util.isArray(3));`,
  );
  expect((await failure('node')).message).toContain('failed to load: had truefalse');
});
