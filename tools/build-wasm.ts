/**
 * Compiles packages/backend-simd/assembly to WebAssembly, with relaxed SIMD and without, into src/generated as base64, and the
 * program of the workers into a string: the forms that Node, Bun and every bundler load alike. With `--check`, compares what is there with its source instead.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { assembly, compileAssembly } from './compile-assembly.ts';
import { finish, root } from './workspace.ts';

const worker = 'packages/backend-simd/src/engine-worker.ts';
const generated = join(root, 'packages/backend-simd/src/generated');

const variants = [
  { name: 'relaxed', constant: 'relaxedEngine', features: ['relaxed-simd'], words: 'with relaxed SIMD' },
  { name: 'plain', constant: 'plainEngine', features: [], words: 'without relaxed SIMD' },
] as const;

/** The program of the workers as JavaScript. */
function workerSource(): string {
  const { outputText } = ts.transpileModule(readFileSync(join(root, worker), 'utf8'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, removeComments: true },
  });
  return outputText.replace(/^export \{\};\n/m, '');
}

/** Writes a generated file, or says that it is not what it would be. */
function place(name: string, text: string, source: string): void {
  const path = join(generated, name);
  if (!checking) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    problems.push(`${path} is not what ${source} compiles to: run npm run build:wasm`);
  }
}

const checking = process.argv.includes('--check');
const problems: string[] = [];
const sizes: string[] = [];
mkdirSync(generated, { recursive: true });
for (const { name, constant, features, words } of variants) {
  const binary = await compileAssembly(features);
  const text = [
    `// Generated from ${assembly} by tools/build-wasm.ts: do not edit.`,
    `/** The engine's WebAssembly ${words}, ${binary.length} bytes, as base64. */`,
    `export const ${constant}: string =\n  '${Buffer.from(binary).toString('base64')}';`,
    '',
  ].join('\n');
  sizes.push(`${words} ${(binary.length / 1024).toFixed(1)} KiB`);
  place(`${name}-engine.ts`, text, assembly);
}
place(
  'engine-worker.ts',
  [
    `// Generated from ${worker} by tools/build-wasm.ts: do not edit.`,
    '/** The program of a worker. */',
    `export const engineWorker: string = ${JSON.stringify(workerSource())};`,
    '',
  ].join('\n'),
  worker,
);
finish(`WebAssembly of the CPU engine: ${sizes.join(', ')}`, problems);
