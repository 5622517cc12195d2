import { plainEngine } from './generated/plain-engine.ts';
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

/** Node's own modules, without a static import: this file also loads in browsers. */
function nodeV8(): { readonly v8: V8; readonly major: number; readonly architecture: string } | undefined {
  const { process } = globalThis;
  // Bun has `process.versions.v8` but runs JavaScriptCore.
  if (process?.versions?.node === undefined || 'Bun' in globalThis || 'Deno' in globalThis) return undefined;
  const v8 = process.getBuiltinModule('node:v8') as V8;
  return { v8, major: Number.parseInt(process.versions.v8), architecture: process.arch };
}

/**
 * Compiles the kernels: at once and by the optimizing compiler where that can be asked for, with 256-bit operations where the
 * engine has them. Flags of V8 are changed around this compilation only.
 */
export function compileEngine({ wideSimd }: { readonly wideSimd: boolean }): CompiledEngine {
  const node = nodeV8();
  const missing: string[] = [];
  let wide = false;
  const flags: string[] = [];
  if (!wideSimd) missing.push('no 256-bit operations: switched off');
  else if (node === undefined) missing.push('no 256-bit operations: they need Node 24');
  else if (node.architecture !== 'x64') missing.push('no 256-bit operations: they need an x86-64 processor');
  else if (node.major < 13) missing.push('no 256-bit operations: they need Node 24');
  else wide = true;
  if (wide) flags.push('experimental-wasm-revectorize');

  const compile = (): WebAssembly.Module | undefined => {
    const bytes = decode(relaxedEngine);
    return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
  };
  if (node === undefined) {
    const module = compile();
    if (module === undefined) missing.push('no fused multiply-add: the engine has no relaxed SIMD');
    return {
      module: module ?? new WebAssembly.Module(decode(plainEngine)),
      relaxed: module !== undefined,
      wide,
      missing,
    };
  }
  const { v8, major } = node;
  // Node 20 has relaxed SIMD behind a flag.
  if (major < 12) flags.push('experimental-wasm-relaxed-simd');
  v8.setFlagsFromString('--no-liftoff');
  v8.setFlagsFromString('--no-wasm-lazy-compilation');
  for (const flag of flags) v8.setFlagsFromString(`--${flag}`);
  try {
    const module = compile();
    if (module === undefined) missing.push('no fused multiply-add: the engine has no relaxed SIMD');
    return {
      module: module ?? new WebAssembly.Module(decode(plainEngine)),
      relaxed: module !== undefined,
      wide,
      missing,
    };
  } finally {
    for (const flag of flags) v8.setFlagsFromString(`--no-${flag}`);
    v8.setFlagsFromString('--wasm-lazy-compilation');
    v8.setFlagsFromString('--liftoff');
  }
}
