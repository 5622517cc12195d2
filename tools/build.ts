/** Builds every public package into its dist: declarations by one run of tsc, JavaScript by tsup. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const packages = publicPackages();
rmSync(declarations, { recursive: true, force: true });
for (const { directory } of packages) rmSync(join(directory, 'dist'), { recursive: true, force: true });

const compiled = runQuietly('tsc', ['--project', 'tools/tsconfig.declarations.json']);
const problems = compiled.succeeded ? [] : [compiled.output];
problems.push(...packages.flatMap(placeDeclarations));

const bundled = runQuietly('tsup', ['--config', 'tsup.config.ts']);
if (!bundled.succeeded) problems.push(bundled.output);

for (const { directory } of packages) cpSync(join(root, 'LICENSE'), join(directory, 'LICENSE'));
finish(`built ${packages.length} packages in ${((performance.now() - started) / 1000).toFixed(1)} s`, problems);
