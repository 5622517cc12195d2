// Taken from the process, not imported: this file can then be bundled for a server without being rewritten.
const { createRequire } = process.getBuiltinModule('node:module');
const { delimiter, resolve } = process.getBuiltinModule('node:path');
const { pathToFileURL } = process.getBuiltinModule('node:url');

/**
 * The places from which optional packages are looked up: the directories of the environment variable
 * `GPTLOOM_PACKAGES` (separated as in `PATH`), this package itself, and the directory of the application.
 */
function places(): string[] {
  const listed = (process.env['GPTLOOM_PACKAGES'] ?? '').split(delimiter).filter((directory) => directory !== '');
  const inside = (directory: string): string => resolve(directory, 'package.json');
  return [...listed.map(inside), import.meta.url, inside(process.cwd())];
}

/** The file that an optional package starts from, or `undefined` where it is not installed. */
export function findPackage(name: string): string | undefined {
  for (const place of places()) {
    try {
      return createRequire(place).resolve(name);
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Whether an optional package is installed. */
export function hasPackage(name: string): boolean {
  return findPackage(name) !== undefined;
}

/**
 * Loads an optional package. The name is never a literal in an `import`, so bundlers and loaders do not look for it.
 *
 * @throws Error where it is not installed, or whatever loading it throws
 */
export async function importPackage(name: string): Promise<unknown> {
  const file = findPackage(name);
  if (file === undefined) throw new Error(`Cannot find package '${name}'`);
  const found = (await import(/* webpackIgnore: true */ /* @vite-ignore */ pathToFileURL(file).href)) as {
    default?: unknown;
  };
  // The TensorFlow.js packages are CommonJS: their exports are the default export.
  return 'default' in found ? found.default : found;
}
