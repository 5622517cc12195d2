/** Checks what would be published, after `npm run build`: publint, are-the-types-wrong, knip, sizes, contents. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ciTool } from './ci-tools.ts';
import { finish, publicPackages, root, runJobs, runQuietly, tail, type Job } from './workspace.ts';

const packages = publicPackages();
const unbuilt = packages.filter(({ directory }) => !existsSync(join(directory, 'dist/index.js')));
if (unbuilt.length > 0) {
  finish(
    'packages',
    unbuilt.map(({ manifest }) => `${manifest.name} has no dist: run npm run build first`),
  );
}

function job(name: string, tool: string, parameters: readonly string[], directory = root): Job {
  return { name, command: 'node', parameters: [tool, ...parameters], directory, timeLimitSeconds: 300 };
}

const publint = ciTool('publint');
const typesWrong = ciTool('attw', '@arethetypeswrong/cli');
const jobs = [
  job('knip', ciTool('knip'), ['--no-progress', '--no-config-hints']),
  job('size-limit', ciTool('size-limit'), [], join(root, 'tools/ci')),
  ...packages.flatMap(({ manifest, directory }) => [
    job(`publint ${manifest.name}`, publint, ['--strict'], directory),
    job(`attw ${manifest.name}`, typesWrong, ['--pack', '.', '--profile', 'esm-only', '--no-emoji'], directory),
  ]),
];

/** The files of a package as npm would pack it: what must be in, and what must not. */
function contentsOf(name: string, directory: string): string[] {
  const packed = runQuietly('npm', ['pack', '--dry-run', '--json', '--silent'], { cwd: directory });
  if (!packed.succeeded) return [`npm pack fails in ${name}:\n${tail(packed.output)}`];
  const [{ files }] = JSON.parse(packed.output) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  const missing = ['README.md', 'LICENSE', 'package.json', 'dist/index.js', 'dist/index.d.ts'].filter(
    (path) => !paths.includes(path),
  );
  const strays = paths.filter((path) => /\.test\.|\.test-d\.|^(src|test)\//.test(path));
  return [
    ...missing.map((path) => `${name} would be published without ${path}`),
    ...strays.map((path) => `${name} would be published with ${path}`),
  ];
}

const finished = await runJobs(jobs);
finish(`${packages.length} packages as they would be published`, [
  ...finished.filter(({ succeeded }) => !succeeded).map(({ job: { name }, output }) => `${name}:\n${tail(output, 60)}`),
  ...packages.flatMap(({ manifest, directory }) => contentsOf(manifest.name, directory)),
]);
