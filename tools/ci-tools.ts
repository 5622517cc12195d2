/** The tools of tools/ci, installed when they are first needed. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root, runAloud } from './workspace.ts';

const home = join(root, 'tools/ci');

/** Absolute path of the package.json of a package of tools/ci. */
function manifestOf(packageName: string): string {
  const manifestPath = join(home, 'node_modules', packageName, 'package.json');
  if (!existsSync(manifestPath)) {
    console.log('Installing the tools of tools/ci (once)…');
    // Not `npm ci`, which refuses a lock file where a package has no build for some platform.
    if (!runAloud('npm', ['install', '--prefix', home, '--no-progress']))
      throw new Error('npm install in tools/ci failed');
  }
  return manifestPath;
}

/** Absolute path of the JavaScript file behind a command such as `knip`. */
export function ciTool(command: string, packageName = command): string {
  const manifestPath = manifestOf(packageName);
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as { bin: string | Record<string, string> };
  const file = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[command];
  if (file === undefined) throw new Error(`${packageName} has no command ${command}`);
  return createRequire(manifestPath).resolve(join(dirname(manifestPath), file));
}

/** The folder in which the packages of tools/ci are, this one among them. */
export function ciModules(packageName: string): string {
  manifestOf(packageName);
  return join(home, 'node_modules');
}
