/**
 * Type-checks and runs every program in the documentation: the ```ts fences of README.md, docs/, packages/*\/README.md, and
 * of docstrings. A fence is a program of its own; `ts continued` goes on where the fence before it in the same file ended;
 * `ts no-run` is type-checked only. A program runs in an empty directory with the workspace's sources.
 *
 * `npm run check:snippets -- [part of a path…]` checks only files whose path contains one of the parts.
 */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, recordCounts, root, runJobs, runQuietly, tail, type Job } from './workspace.ts';

const timeLimitSeconds = 120;
// Inside the repository, so that the workspace's packages are found; one for each run of this check.
mkdirSync(join(root, '.tmp'), { recursive: true });
const workDirectory = mkdtempSync(join(root, '.tmp/snippets-'));

interface Snippet {
  readonly file: string;
  /** Line of the first fence, counted from 1. */
  readonly line: number;
  readonly run: boolean;
  /** The file's lines, all blank but those of the fences, so that a line of an error is the line in the file. */
  readonly lines: string[];
}

/** The text of a docstring's line; undefined outside docstrings. */
function docstringText(line: string): string | undefined {
  return /^\s*\* ?(?!\/)(.*)$/.exec(line)?.[1];
}

function snippetsOf(file: string): Snippet[] {
  const inSource = file.endsWith('.ts');
  const found: Snippet[] = [];
  let current: Snippet | undefined;
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  for (const [index, raw] of lines.entries()) {
    const line = inSource ? docstringText(raw) : raw;
    const words = /^\s*```(.*)$/
      .exec(line ?? '')?.[1]
      ?.trim()
      .split(/\s+/);
    if (words !== undefined && current !== undefined) current = undefined;
    else if (words !== undefined && (words[0] === 'ts' || words[0] === 'typescript')) {
      const earlier = found.at(-1);
      if (words.includes('continued') && earlier !== undefined) current = earlier;
      else {
        current = { file, line: index + 1, run: !words.includes('no-run'), lines: lines.map(() => '') };
        found.push(current);
      }
    } else if (words !== undefined) {
      // Some other language: its lines go nowhere.
      current = { file, line: index + 1, run: false, lines: lines.map(() => '') };
    } else if (current !== undefined) current.lines[index] = line ?? '';
  }
  return found;
}

function nameOf({ file, line }: Snippet): string {
  return `${file.replace(/[^a-zA-Z0-9]+/g, '-')}-${line}.ts`;
}

const wanted = process.argv.slice(2);
const files = globSync(['README.md', 'docs/**/*.md', 'packages/*/README.md', 'packages/*/src/**/*.ts'], { cwd: root })
  .filter((file) => !file.startsWith('docs/api/') && !file.includes('.test.'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
const snippets = files.flatMap(snippetsOf);
const byName = new Map(snippets.map((snippet) => [nameOf(snippet), snippet]));

writeFileSync(
  join(workDirectory, 'tsconfig.json'),
  JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'], exclude: [] }),
);
for (const [name, snippet] of byName) {
  // The export makes a module of it, which may await.
  writeFileSync(join(workDirectory, name), `${snippet.lines.join('\n')}\nexport {};\n`);
}

const failures = new Map<string, string>();
const checked = runQuietly('tsc', ['--project', workDirectory, '--pretty', 'false']);
for (const line of checked.output.split('\n')) {
  const [, name, at, message] = /^\.tmp\/snippets-[^/]+\/([^(]+)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
  const snippet = byName.get(name ?? '');
  if (name === undefined || snippet === undefined) continue;
  failures.set(name, `${failures.get(name) ?? ''}${snippet.file}:${at} ${message}\n`);
}
if (!checked.succeeded && failures.size === 0) failures.set('type check', tail(checked.output));

const jobs = [...byName]
  .filter(([name, { run }]) => run && !failures.has(name))
  .map(([name, { file, line }]): Job => {
    const directory = join(workDirectory, 'run', name);
    mkdirSync(directory, { recursive: true });
    return {
      name: `${file}:${line}`,
      command: 'node',
      parameters: ['--conditions=gptloom-source', '--no-warnings', join(workDirectory, name)],
      directory,
      timeLimitSeconds,
    };
  });
for (const { job, succeeded, output } of await runJobs(jobs)) {
  if (!succeeded) failures.set(job.name, `${job.name} fails:\n${tail(output)}`);
}

rmSync(workDirectory, { recursive: true, force: true });
recordCounts('snippets', snippets.length - failures.size, failures.size);
finish(`${snippets.length} snippets in ${files.length} files`, [...failures.values()]);
