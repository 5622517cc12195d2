/**
 * Makes a file of distinct text to measure tokenizers with: `npx node bench/collect-text.ts OUTPUT MEGABYTES PATH...`. Takes
 * documentation and source below the paths, each content once, without lines of more than 1,000 units.
 */
import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { extname, join } from 'node:path';

const endings = new Set(['.md', '.rst', '.txt', '.ts', '.py', '.pyi', '.mjs', '.tsv']);
const leastBytes = 200;
const longestLine = 1000;

const [output, megabytes, ...paths] = process.argv.slice(2);
if (output === undefined || !(Number(megabytes) > 0) || paths.length === 0) {
  throw new Error('usage: npx node bench/collect-text.ts OUTPUT MEGABYTES PATH...');
}

function* filesBelow(path: string): Generator<string, void, void> {
  const found = lstatSync(path);
  if (found.isFile()) yield path;
  else if (found.isDirectory()) for (const name of readdirSync(path).sort()) yield* filesBelow(join(path, name));
}

function textOf(path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch {
    return undefined;
  }
}

const wanted = Number(megabytes) * 1e6;
const seen = new Set<string>();
const file = openSync(output, 'w');
let bytes = 0;
for (const path of paths.flatMap((one) => [...filesBelow(one)])) {
  if (bytes >= wanted) break;
  const text = endings.has(extname(path)) ? textOf(path) : undefined;
  if (text === undefined || text.length < leastBytes) continue;
  const digest = createHash('sha1').update(text).digest('hex');
  if (seen.has(digest)) continue;
  seen.add(digest);
  const lines = text.split('\n').filter((line) => line.length <= longestLine);
  bytes += writeSync(file, `${lines.join('\n').trimEnd()}\n`);
}
closeSync(file);
console.log(`${(bytes / 1e6).toFixed(1)} MB of ${seen.size} files`);
