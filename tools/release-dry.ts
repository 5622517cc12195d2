/**
 * Shows the next release without making it: which packages get which version, what their changelogs say, and the files
 * that would be published. Works on a clone of the last commit, and needs a build.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ciTool } from './ci-tools.ts';
import { finish, publicPackages, root, runQuietly, tail, type Manifest } from './workspace.ts';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

const changeset = ciTool('changeset', '@changesets/cli');
const status = runQuietly('node', [changeset, 'status', '--verbose']);
console.log(status.output);
const failures = status.succeeded ? [] : ['changeset status fails'];

const clone = mkdtempSync(join(tmpdir(), 'gptloom-release-'));
try {
  const cloned = runQuietly('git', ['clone', '--quiet', root, clone]);
  if (!cloned.succeeded) finish('release', [cloned.output]);
  const versioned = runQuietly('node', [changeset, 'version'], { cwd: clone });
  if (!versioned.succeeded) failures.push(`changeset version fails:\n${tail(versioned.output)}`);

  const versions = new Set<string>();
  for (const { folder, directory } of publicPackages()) {
    const target = join(clone, 'packages', folder);
    if (!existsSync(join(directory, 'dist'))) finish('release', ['run npm run build first']);
    cpSync(join(directory, 'dist'), join(target, 'dist'), { recursive: true });
    cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
    const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as Manifest;
    versions.add(manifest.version);
    const packed = runQuietly('npm', ['pack', '--dry-run', '--json', '--silent'], { cwd: target });
    if (!packed.succeeded) {
      failures.push(`npm pack fails for ${manifest.name}:\n${tail(packed.output)}`);
      continue;
    }
    const [{ filename, size, unpackedSize, files }] = JSON.parse(packed.output) as [Packed];
    const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
    console.log(
      `${manifest.name}@${manifest.version}: ${filename}, ${kilobytes(size)} (${kilobytes(unpackedSize)} unpacked)`,
    );
    console.log(`  ${files.map(({ path }) => path).join(' ')}`);
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      if (name.startsWith('@gptloom/') && !range.endsWith(manifest.version)) {
        failures.push(`${manifest.name}@${manifest.version} depends on ${name} ${range}`);
      }
    }
  }
  const changelog = join(clone, 'packages/gptloom/CHANGELOG.md');
  if (existsSync(changelog)) console.log(`\n${readFileSync(changelog, 'utf8')}`);
  if (versions.size !== 1) failures.push(`one version for all was expected, not ${[...versions].join(', ')}`);
} finally {
  rmSync(clone, { recursive: true, force: true });
}
finish('release, dry run: nothing was published', failures);
