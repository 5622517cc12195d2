/** Compiles the source of the CPU engine's kernels to WebAssembly. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { root } from './workspace.ts';

/** Where the source lies, in the workspace. */
export const assembly = 'packages/backend-simd/assembly';

/** Below lie control words; the heap begins above. See packages/backend-simd/src/memory-map.ts. */
const memoryBase = 32_768;

/**
 * Compiles packages/backend-simd/assembly with further features of WebAssembly. Names of the functions change nothing else in the
 * module.
 */
export async function compileAssembly(
  features: readonly string[],
  { names = false }: { readonly names?: boolean } = {},
): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const output = `${assembly}/engine.wasm`;
  const { error, stderr } = await asc.main(
    [
      `${assembly}/index.ts`,
      '--outFile',
      output,
      '-O3',
      '--noAssert',
      ...(names ? ['--debug'] : []),
      ...['--runtime', 'stub', '--use', 'abort=', '--importMemory', '--sharedMemory'],
      ...['--initialMemory', '16', '--maximumMemory', '65536', '--memoryBase', String(memoryBase)],
      ...['simd', 'threads', 'bulk-memory', ...features].flatMap((feature) => ['--enable', feature]),
    ],
    {
      readFile: (name, baseDirectory) => {
        const path = join(root, baseDirectory, name);
        return existsSync(path) ? readFileSync(path, 'utf8') : null;
      },
      writeFile: (name, contents) => {
        if (name === output && typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw new Error(`${error?.message ?? 'no output'}\n${stderr.toString()}`);
  return binary;
}
