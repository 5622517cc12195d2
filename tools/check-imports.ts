/**
 * Checks who imports whom: the directions and cycles of .dependency-cruiser.cjs, no way into another package but its name,
 * and that each package.json declares what its sources import, no less and no more.
 * First it proves on tools/fixtures/forbidden-imports that each of these checks can fail.
 */
import { builtinModules, createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult, type IModule } from 'dependency-cruiser';
import { allPackages, finish, root, type Manifest } from './workspace.ts';

interface Configuration {
  readonly mayImport: Readonly<Record<string, readonly string[]>>;
  readonly forbidden: unknown;
  readonly options: ICruiseOptions;
}

const configuration = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as Configuration;

const packages = allPackages();

interface Finding {
  readonly rule: string;
  readonly text: string;
}

const isTest = (file: string): boolean => /\.test(-d)?\.ts$/.test(file) || !file.includes('/src/');
const packageFolder = (file: string): string | undefined => /(?:^|\/)packages\/([^/]+)\//.exec(file)?.[1];
const packageName = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

function isExternal(specifier: string): boolean {
  return !/^[./#]/.test(specifier) && !specifier.startsWith('node:') && !builtinModules.includes(specifier);
}

async function importsBelow(folders: string[]): Promise<ICruiseResult> {
  const options = {
    ...configuration.options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: configuration.forbidden },
  };
  const { output } = await cruise(folders, options as ICruiseOptions);
  return output as ICruiseResult;
}

function brokenRules({ summary }: ICruiseResult): Finding[] {
  return summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, text: `${rule.name}: ${from} → ${to}` }));
}

function deepImports(modules: readonly IModule[]): Finding[] {
  return modules.flatMap(({ source, dependencies }) =>
    dependencies
      .filter(({ module, resolved }) => {
        const target = packageFolder(resolved);
        return module.startsWith('.') && target !== undefined && target !== packageFolder(source);
      })
      .map(({ module }) => ({
        rule: 'deep-import',
        text: `deep-import: ${source} → ${module}: import a package by its name`,
      })),
  );
}

function declarationsThatDiffer(folder: string, manifest: Manifest, modules: readonly IModule[]): Finding[] {
  const { dependencies = {}, peerDependencies = {}, optionalDependencies = {}, peerDependenciesMeta = {} } = manifest;
  const declared = new Set([dependencies, peerDependencies, optionalDependencies].flatMap(Object.keys));
  const imported = new Set<string>();
  const findings: Finding[] = [];
  for (const { source, dependencies: found } of modules) {
    if (packageFolder(source) !== folder || isTest(source)) continue;
    for (const { module } of found) {
      if (!isExternal(module)) continue;
      const name = packageName(module);
      imported.add(name);
      if (declared.has(name) || name === manifest.name) continue;
      findings.push({
        rule: 'undeclared',
        text: `undeclared: ${source} imports ${name}, which its package.json does not list`,
      });
    }
  }
  // A peer may be there for a dependency that needs it.
  const peersOfDependencies = new Set(
    packages
      .filter((other) => other.manifest.name in dependencies)
      .flatMap((other) => Object.keys(other.manifest.peerDependencies ?? {})),
  );
  for (const name of declared) {
    const mayBeAbsent = peerDependenciesMeta[name]?.optional === true || name in optionalDependencies;
    if (imported.has(name) || mayBeAbsent) continue;
    if (name in peerDependencies && peersOfDependencies.has(name)) continue;
    findings.push({
      rule: 'unused',
      text: `unused: packages/${folder}/package.json lists ${name}, which no source imports`,
    });
  }
  return findings;
}

/** The table that people read says the same as the one that is checked. */
function tableThatDiffers(): string[] {
  const { mayImport } = configuration;
  const names = Object.keys(mayImport);
  const problems: string[] = [];
  const rows = readFileSync(join(root, 'docs/architecture.md'), 'utf8').matchAll(
    /^\| `(?:@gptloom\/)?([a-z-]+)`[^|]*\|[^|]*\| *([^|]*?) *\|$/gm,
  );
  const seen = new Set<string>();
  for (const [, name = '', words = ''] of rows) {
    const allowed = mayImport[name];
    if (allowed === undefined) continue;
    const above = names.slice(0, names.indexOf(name));
    const written = words === 'nothing' ? [] : /^all\b/.test(words) ? above : words.split(/, */);
    const differs = /^all\b/.test(words) ? allowed.filter((other) => other !== 'tfjs') : allowed;
    if ([...written].sort().join() !== [...differs].sort().join()) {
      problems.push(
        `docs/architecture.md says that ${name} may import ${words}; .dependency-cruiser.cjs says ${allowed.join(', ')}`,
      );
    }
    seen.add(name);
  }
  for (const name of names) if (!seen.has(name)) problems.push(`docs/architecture.md has no row for ${name}`);
  return problems;
}

async function selfCheck(): Promise<string[]> {
  const fixture = 'tools/fixtures/forbidden-imports';
  const result = await importsBelow([`${fixture}/packages`]);
  const manifest = JSON.parse(readFileSync(join(root, fixture, 'packages/core/package.json'), 'utf8')) as Manifest;
  const found = [
    ...brokenRules(result),
    ...deepImports(result.modules),
    ...declarationsThatDiffer('core', manifest, result.modules),
  ].map(({ rule }) => rule);
  return ['direction-core', 'tfjs-core', 'no-cycle', 'unresolvable', 'deep-import', 'undeclared', 'unused']
    .filter((rule) => !found.includes(rule))
    .map((rule) => `self-check: ${rule} does not find what it must find in ${fixture}`);
}

const result = await importsBelow(packages.map(({ folder }) => `packages/${folder}`));
const findings = [
  ...brokenRules(result),
  ...deepImports(result.modules),
  ...packages
    .filter(({ manifest }) => manifest.private !== true)
    .flatMap(({ folder, manifest }) => declarationsThatDiffer(folder, manifest, result.modules)),
];
finish(`imports of ${result.modules.length} files`, [
  ...(await selfCheck()),
  ...tableThatDiffers(),
  ...new Set(findings.map(({ text }) => text)),
]);
