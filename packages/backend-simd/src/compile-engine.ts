import { BackendError } from '@gptloom/core';
import { relaxedEngine } from './generated/relaxed-engine.ts';

/** The compiled kernels, and what they may use. */
export interface CompiledEngine {
  readonly module: WebAssembly.Module;
  /** Whether multiplication and addition are one instruction. */
  readonly relaxed: boolean;
  /** Whether pairs of 128-bit operations were asked to become 256-bit ones. */
  readonly wide: boolean;
  /** What is missing, each with its reason. */
  readonly missing: readonly string[];
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

interface V8 {
  setFlagsFromString(flags: string): void;
}

interface NodeV8 {
  readonly v8: V8;
  readonly major: number;
  readonly architecture: string;
}

/** Node's own modules, without a static import: this file also loads in browsers. */
function nodeV8(): NodeV8 | undefined {
  const { process } = globalThis;
  // Bun has `process.versions.v8` but runs JavaScriptCore.
  if (process?.versions?.node === undefined || 'Bun' in globalThis || 'Deno' in globalThis) return undefined;
  const v8 = process.getBuiltinModule('node:v8') as V8;
  return { v8, major: Number.parseInt(process.versions.v8), architecture: process.arch };
}

/** Why operations can not be 256 bits wide. */
function narrow(node: NodeV8 | undefined, wideSimd: boolean): string | undefined {
  if (!wideSimd) return 'switched off';
  if (node === undefined) return 'they need Node 24';
  if (node.architecture !== 'x64') return 'they need an x86-64 processor';
  return node.major < 13 ? 'they need Node 24' : undefined;
}

/**
 * Compiles the kernels: at once and by the optimizing compiler where that can be asked for, with 256-bit operations where the
 * engine has them. Flags of V8 are changed around this compilation only.
 *
 * @throws BackendError where WebAssembly has no 128-bit operations or no threads
 */
export async function compileEngine({ wideSimd }: { readonly wideSimd: boolean }): Promise<CompiledEngine> {
  const node = nodeV8();
  const obstacle = narrow(node, wideSimd);
  const wide = obstacle === undefined;
  const missing = wide ? [] : [`no 256-bit operations: ${obstacle}`];
  const compile = node === undefined ? compileAsynchronously : compileWithFlags(node, wide);
  const relaxed = await compile(decode(relaxedEngine));
  if (relaxed !== undefined) return { module: relaxed, relaxed: true, wide, missing };
  missing.push('no fused multiply-add: the engine has no relaxed SIMD');
  // Few need this build, so it is a file of its own.
  const { plainEngine } = await import('./generated/plain-engine.ts');
  const plain = await compile(decode(plainEngine));
  if (plain !== undefined) return { module: plain, relaxed: false, wide, missing };
  throw new BackendError({ who: 'simd', rule: 'WebAssembly must have 128-bit operations and threads' });
}

/** Browsers limit what may be compiled while the page waits. */
async function compileAsynchronously(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module | undefined> {
  return WebAssembly.validate(bytes) ? WebAssembly.compile(bytes) : undefined;
}

function compileWithFlags({ v8, major }: NodeV8, wide: boolean): typeof compileAsynchronously {
  const flags: string[] = [];
  if (wide) flags.push('experimental-wasm-revectorize');
  // Node 20 has relaxed SIMD behind a flag.
  if (major < 12) flags.push('experimental-wasm-relaxed-simd');
  return async (bytes) => {
    v8.setFlagsFromString('--no-liftoff');
    v8.setFlagsFromString('--no-wasm-lazy-compilation');
    for (const flag of flags) v8.setFlagsFromString(`--${flag}`);
    try {
      return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
    } finally {
      for (const flag of flags) v8.setFlagsFromString(`--no-${flag}`);
      v8.setFlagsFromString('--wasm-lazy-compilation');
      v8.setFlagsFromString('--liftoff');
    }
  };
}
