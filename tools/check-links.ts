/** Checks that every relative link in the documentation leads to a file, and its #part to a heading of that file. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { finish, root } from './workspace.ts';

/** The anchors of a page, made from its headings as the forge makes them. */
function anchorsOf(path: string): Set<string> {
  const headings = readFileSync(path, 'utf8').matchAll(/^#{1,6} +(.+?) *$/gm);
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const patterns = ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'integrations/*.md', '.changeset/*.md'];
const files = globSync(patterns, { cwd: root, exclude: ['docs/api/**'] }).sort();
const problems: string[] = [];
let links = 0;
for (const file of files) {
  const withoutCode = readFileSync(join(root, file), 'utf8').replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
  for (const [, target = ''] of withoutCode.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    links++;
    const [path = '', anchor] = target.split('#');
    const found = path === '' ? join(root, file) : join(root, dirname(file), path);
    if (!existsSync(found)) problems.push(`${file}: ${target} leads nowhere`);
    else if (relative(root, found).startsWith('..')) problems.push(`${file}: ${target} leads out of the repository`);
    else if (anchor !== undefined && statSync(found).isFile() && !anchorsOf(found).has(anchor)) {
      problems.push(`${file}: ${target}: there is no such heading`);
    }
  }
}
finish(`${links} links in ${files.length} pages`, problems);
