/** Builds every public package into its dist: declarations by one run of tsc, JavaScript by tsup. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { finish, publicPackages, root, runQuietly, type WorkspacePackage } from './workspace.ts';

const declarations = join(root, '.tmp/declarations');
const started = performance.now();

function listFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => /\.\w+$/.test(file));
}

/** Sources import './x.ts'; beside a declaration lies x.js. */
function pointToJavaScript(declaration: string): string {
  return declaration.replace(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2');
}

function placeDeclarations({ folder, directory }: WorkspacePackage): string[] {
  const problems: string[] = [];
  const emitted = join(declarations, 'packages', folder, 'src');
  for (const file of listFiles(emitted)) {
    if (/\.(test|test-d)\.d\.ts$/.test(file)) continue;
    const text = pointToJavaScript(readFileSync(join(emitted, file), 'utf8'));
    const escaped = /['"]((?:\.\.\/)+packages\/[^'"]+|[^'"]*\/src\/[^'"]+)['"]/.exec(text);
    if (escaped !== null) problems.push(`packages/${folder}/dist/${file} refers to the source file ${escaped[1]}`);
    const target = join(directory, 'dist', file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return problems;
}

/** A worker is found by its file's URL: a wrong one shows only when it starts. */
function missingWorkers({ folder, directory }: WorkspacePackage): string[] {
  const dist = join(directory, 'dist');
  return listFiles(dist)
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) =>
      [...readFileSync(join(dist, file), 'utf8').matchAll(/new URL\(\s*["'](\.\/[^"']+)["']\s*,\s*import\.meta\.url/g)]
        .map(([, target = '']) => join(dirname(file), target))
        .filter((target) => !existsSync(join(dist, target)))
        .map((target) => `packages/${folder}/dist/${file} starts ${target}, which is not in dist`),
    );
}

const packages = publicPackages();
rmSync(declarations, { recursive: true, force: true });
for (const { directory } of packages) rmSync(join(directory, 'dist'), { recursive: true, force: true });

const compiled = runQuietly('tsc', ['--project', 'tools/tsconfig.declarations.json']);
const problems = compiled.succeeded ? [] : [compiled.output];
problems.push(...packages.flatMap(placeDeclarations));

const bundled = runQuietly('tsup', ['--config', 'tsup.config.ts']);
if (!bundled.succeeded) problems.push(bundled.output);
problems.push(...packages.flatMap(missingWorkers));

for (const { directory } of packages) cpSync(join(root, 'LICENSE'), join(directory, 'LICENSE'));
finish(`built ${packages.length} packages in ${((performance.now() - started) / 1000).toFixed(1)} s`, problems);
