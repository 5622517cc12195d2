/**
 * One configuration for every package: JavaScript only, declarations come from one run of tsc (tools/build.ts).
 *
 * Entries are found, not listed: every `./src/….ts` target in the package's `exports` and `imports`, whose file in dist has
 * the same path; and every `src/**\/*.worker.ts`, which lies in dist itself, beside index.js and the shared chunks, so that
 * `new URL('./name.worker.ts', import.meta.url)` finds it there as `.js`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { publicPackages, type WorkspacePackage } from './tools/workspace.ts';

/** All strings in a tree of conditions. */
function targetsOf(conditions: unknown): string[] {
  if (typeof conditions === 'string') return [conditions];
  return typeof conditions === 'object' && conditions !== null ? Object.values(conditions).flatMap(targetsOf) : [];
}

function entriesOf({ directory, manifest }: WorkspacePackage): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const target of targetsOf([manifest.exports, manifest.imports])) {
    const path = /^\.\/src\/(.+)\.ts$/.exec(target)?.[1];
    if (path !== undefined) entries[path] = join(directory, target);
  }
  for (const file of readdirSync(join(directory, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.worker.ts')) entries[basename(file, '.ts')] = join(directory, 'src', file);
  }
  return entries;
}

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** Puts `.js` in the URLs of workers. */
function rewriteWorkerUrls(): Plugin {
  return {
    name: 'gptloom-rewrite-worker-urls',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replace(
          /(new URL\(\s*'\.\/[\w.-]+\.worker)\.ts('\s*,\s*import\.meta\.url)/g,
          '$1.js$2',
        ),
        loader: 'ts',
      }));
    },
  };
}

export default defineConfig(
  publicPackages().map((workspacePackage) => ({
    name: workspacePackage.manifest.name,
    entry: entriesOf(workspacePackage),
    outDir: join(workspacePackage.directory, 'dist'),
    format: 'esm',
    target: ['es2022', 'node20.19'],
    platform: 'neutral',
    // A dependency is never copied into a package: everything but the package's own files stays an import.
    skipNodeModulesBundle: true,
    external: [/^[^./]/],
    esbuildPlugins: [rewriteWorkerUrls()],
    sourcemap: true,
    splitting: true,
    treeshake: false,
    dts: false,
    clean: false,
    silent: true,
  })),
);
