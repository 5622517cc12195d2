/**
 * Packs the public packages and runs the applications of integrations/ with them, outside this repository. Needs a build.
 * `npm run check:integrations -- [folder…]` runs only those named.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finish, publicPackages, recordCounts, root, runJobs, runQuietly, tail } from './workspace.ts';

const wanted = process.argv.slice(2);
const applications = readdirSync(join(root, 'integrations'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && (wanted.length === 0 || wanted.includes(entry.name)))
  .map(({ name }) => name);
const unbuilt = publicPackages().filter(({ directory }) => !existsSync(join(directory, 'dist/index.js')));
if (unbuilt.length > 0) finish('integrations', ['run npm run build first']);

// Outside the repository, so that nothing is found in its node_modules.
const workDirectory = mkdtempSync(join(tmpdir(), 'gptloom-integrations-'));
const packed: Record<string, string> = {};
for (const { manifest, directory } of publicPackages()) {
  const done = runQuietly('npm', ['pack', '--silent', '--pack-destination', workDirectory], { cwd: directory });
  const file = done.output.trim().split('\n').at(-1);
  if (!done.succeeded || file === undefined)
    finish('integrations', [`npm pack fails for ${manifest.name}: ${done.output}`]);
  packed[manifest.name] = `file:${join(workDirectory, file)}`;
}

const jobs = applications.map((name) => {
  const directory = join(workDirectory, name);
  cpSync(join(root, 'integrations', name), directory, { recursive: true });
  cpSync(join(root, '.npmrc'), join(directory, '.npmrc'));
  const path = join(directory, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { dependencies: Record<string, string> };
  Object.assign(manifest.dependencies, packed);
  writeFileSync(path, JSON.stringify(manifest, null, 2));
  return {
    name: `integrations/${name}`,
    command: 'bash',
    parameters: ['-c', 'npm install --no-package-lock --no-progress && npm test'],
    directory,
    timeLimitSeconds: 420,
    environment: { NEXT_TELEMETRY_DISABLED: '1' },
  };
});
const finished = await runJobs(jobs);
for (const { output } of finished) for (const line of output.match(/^ok: .*$/gm) ?? []) console.log(`  ${line}`);
const failed = finished.filter(({ succeeded, output }) => !succeeded || !/^ok: /m.test(output));
recordCounts('integrations', finished.length - failed.length, failed.length);
rmSync(workDirectory, { recursive: true, force: true });
finish(`${finished.length} applications with the packed packages`, [
  ...failed.map(({ job: { name }, output }) => `${name} fails:\n${tail(output, 50)}`),
]);
