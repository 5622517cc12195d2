import { setFlagsFromString } from 'node:v8';

/** How wide the operations of the kernel are, in bits. */
export type PeakWidth = 256 | 128;

/** Floating-point operations of one iteration: twelve registers of 16 bytes a pair or alone, a product and a sum for each number. */
export const flopsOfIteration: Readonly<Record<PeakWidth, number>> = { 256: 12 * 8 * 2, 128: 12 * 4 * 2 };

/** Where the kernel finds its numbers: factor and addend, 8 of each, then the accumulators. */
export const peakData = 1024;

// Twelve accumulators hide the latency of multiply-add; with factor and addend they fill 14 of the 16 registers. For 256 bits
// each register is a pair of 128-bit ones, which V8 joins because they are loaded and stored side by side.
function source(width: PeakWidth): string {
  const halves = width / 128;
  const accumulators = Array.from({ length: 12 * halves }, (_, i) => i);
  const load = (name: string, i: number, offset: number): string =>
    `let ${name}${i} = v128.load(data, ${offset + 16 * i});`;
  return [
    'export function peak(iterations: u32, data: usize): void {',
    ...Array.from({ length: halves }, (_, i) => load('x', i, 0)),
    ...Array.from({ length: halves }, (_, i) => load('y', i, 32)),
    ...accumulators.map((i) => load('a', i, 64)),
    'for (let i: u32 = 0; i < iterations; i++) {',
    ...accumulators.map((i) => `a${i} = f32x4.relaxed_madd(a${i}, x${i % halves}, y${i % halves});`),
    '}',
    ...accumulators.map((i) => `v128.store(data, a${i}, ${64 + 16 * i});`),
    '}',
  ].join('\n');
}

/**
 * A loop of fused multiply-adds in registers: what one core can do at most in WebAssembly, `peak(iterations, peakData)`. To be
 * posted to the threads that run it.
 */
export async function compilePeakKernel(width: PeakWidth): Promise<WebAssembly.Module> {
  // Not for the threads, which only run what it made.
  const { default: asc } = await import('assemblyscript/asc');
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    [
      ...['peak.ts', '--outFile', 'peak.wasm', '-O3', '--runtime', 'stub', '--initialMemory', '1'],
      ...['--enable', 'simd', '--enable', 'relaxed-simd'],
    ],
    {
      readFile: (name) => (name === 'peak.ts' ? source(width) : null),
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') binary = Uint8Array.from(contents);
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw new Error(`${error?.message ?? 'no output'}\n${stderr.toString()}`);
  // The optimizing compiler at once. Pairs become 256-bit operations in Node 24 and later on x86-64 only.
  const flags = ['--no-liftoff', '--no-wasm-lazy-compilation'];
  const pairs = width === 256 && Number.parseInt(process.versions.v8) >= 13 && process.arch === 'x64';
  if (pairs) flags.push('--experimental-wasm-revectorize');
  for (const flag of flags) setFlagsFromString(flag);
  try {
    return new WebAssembly.Module(binary);
  } finally {
    if (pairs) setFlagsFromString('--no-experimental-wasm-revectorize');
  }
}
