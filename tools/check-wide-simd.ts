/**
 * Checks that V8 makes 256-bit operations of the engine's pairs of 128-bit ones: a pair that it does not see costs half the speed
 * and changes no result. Counts the instructions on 256-bit registers (`ymm`) in the machine code of each kernel that matters
 * and compares them with a floor. Needs Node 24 on an x86-64 processor with AVX2. `--all` lists every function.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileAssembly } from './compile-assembly.ts';
import { finish, recordCounts, root, runQuietly, tail } from './workspace.ts';

/**
 * The fewest instructions on 256-bit registers, by function: a tenth below what V8 13.6 makes. A function that is changed gets a
 * new floor: see `--all`.
 */
const floors: Readonly<Record<string, number>> = {
  'micro-kernel/tile6x16': 60,
  'micro-kernel/tile5x16': 50,
  'micro-kernel/tile4x16': 70,
  // The tiles of fewer rows are inlined into these two.
  'micro-kernel/microKernel16': 240,
  'micro-kernel/microKernel8': 125,
  'attention/attendBlock': 30,
  'attention/finishRow': 15,
  'attention-rows/softmaxRows': 105,
  'attention-rows/gradientOfRows': 164,
  'attention-mask/transformScores': 44,
  'attention-decode/attendQuery': 100,
  'attention-gradient/attentionGradient': 69,
  'attention-gradient/gradientOfBlock': 225,
  'linear-cross-entropy/exponentialSum': 36,
  'linear-cross-entropy/gradientOfLogits': 75,
  'linear-cross-entropy/logitsOf': 175,
  'layer-norm/normalize': 59,
  'layer-norm/layerNormGradient': 160,
  'layer-norm/rmsNormGradient': 158,
  'gelu/geluTanh': 35,
  'gelu/geluTanhGradient': 42,
  'gelu/geluExact': 32,
  'gelu/geluExactGradient': 64,
  'gelu/geluTanhSlopes': 42,
  'gelu/geluExactSlopes': 66,
  'swiglu/swiglu': 32,
  'swiglu/swigluGradient': 38,
  'optimizer/adamW': 94,
  'softmax/softmax': 66,
  'row-sums/sumOf': 21,
  'row-sums/sumOfSquares': 31,
  'reductions/rowMaxima': 36,
  'unary/exponentialOf': 36,
  'unary/tanhOf': 50,
  'unary/sigmoidOf': 29,
  'binary/addition': 60,
  'binary/multiplication': 60,
  'column-sums/columnSums': 45,
  'parts/addParts': 10,
};

interface FunctionCode {
  readonly name: string;
  readonly instructions: number;
  /** Instructions on 256-bit registers. */
  readonly wide: number;
  /** Arithmetic on four numbers in a 128-bit register: tails, and pairs that V8 did not see. */
  readonly narrow: number;
}

/** Why the processor or Node makes no 256-bit operations; undefined where they do. */
function reasonToSkip(): string | undefined {
  if (process.arch !== 'x64') return `the processor is ${process.arch}, not x86-64`;
  if (Number.parseInt(process.versions.v8) < 13) return `Node ${process.versions.node} has no 256-bit operations`;
  if (process.platform !== 'linux') return `whether there is AVX2 is not known on ${process.platform}`;
  return /\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'utf8')) ? undefined : 'the processor has no AVX2';
}

/** Compiles a module as the engine does and reads V8's listing of its machine code. */
function machineCode(module: Uint8Array): FunctionCode[] {
  const directory = join(root, '.tmp/wide-simd');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'engine.wasm');
  writeFileSync(file, module);
  const flags = ['--no-liftoff', '--no-wasm-lazy-compilation', '--experimental-wasm-revectorize', '--print-wasm-code'];
  const program = `new WebAssembly.Module(require('node:fs').readFileSync(${JSON.stringify(file)}))`;
  const { succeeded, output } = runQuietly('node', [...flags, '--eval', program]);
  if (!succeeded) finish('256-bit operations', [tail(output)]);
  return output
    .split('--- WebAssembly code ---')
    .slice(1)
    .map((listing) => {
      const instructions = listing.split('\n').filter((line) => line.startsWith('0x'));
      const count = (pattern: RegExp): number => instructions.filter((line) => pattern.test(line)).length;
      return {
        name: /^name: (?:.*\/assembly\/)?(.*)$/m.exec(listing)?.[1] ?? '',
        instructions: instructions.length,
        wide: count(/\bymm/),
        narrow: count(/\bv(add|sub|mul|div|sqrt|min|max|fn?madd\d*)ps\b.*xmm/),
      };
    });
}

const { all } = parseArgs({ options: { all: { type: 'boolean', default: false } } }).values;
const skipped = reasonToSkip();
if (skipped !== undefined) {
  console.log(`SKIPPED: 256-bit operations are not checked here: ${skipped}`);
  process.exit(0);
}
const functions = machineCode(await compileAssembly(['relaxed-simd'], { names: true }));
const problems: string[] = [];
console.log('function                                  256-bit  floor  128-bit arithmetic');
for (const { name, wide, narrow } of functions.sort((a, b) => (a.name < b.name ? -1 : 1))) {
  const floor = floors[name];
  if (floor === undefined && !all) continue;
  console.log(
    `${name.padEnd(42)}${String(wide).padStart(6)} ${String(floor ?? '').padStart(6)} ${String(narrow).padStart(19)}`,
  );
  if (floor !== undefined && wide < floor) {
    problems.push(`${name} has ${wide} instructions of 256 bits, at least ${floor} are expected: a pair is not seen`);
  }
}
for (const name of Object.keys(floors)) {
  if (!functions.some((one) => one.name === name))
    problems.push(`there is no function ${name}: was it inlined or renamed?`);
}
recordCounts('wide-simd', Object.keys(floors).length - problems.length, problems.length);
finish(`256-bit operations in ${Object.keys(floors).length} functions of the engine`, problems);
