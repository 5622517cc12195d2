import { adamWKernel, squareSumKernel, type AdamWAttributes } from '@gptloom/ops';
import { sizeOf, type EngineKernel } from './engine-kernel.ts';

/** Numbers of one work item, as in assembly/optimizer.ts. */
const blockSize = 16_384;

const adamWWords = 9;
const squareWords = 3;

const squareSum: EngineKernel = ({ inputs, backend }) => {
  const { engine } = backend;
  const tensors = Object.values(inputs);
  const result = backend.allocate([]);
  const pointers = tensors.map((tensor) => backend.pointer(tensor));
  const sizes = tensors.map(({ shape }) => sizeOf(shape));
  const items = sizes.reduce((sum, size) => sum + Math.ceil(size / blockSize), 0);
  const tableWords = squareWords * tensors.length;
  const bytes = 4 * (tableWords + items);
  const table = engine.pool.allocate(bytes);
  const words = engine.int32(table, tableWords);
  let firstItem = 0;
  for (const [index, size] of sizes.entries()) {
    words.set([pointers[index]!, size, firstItem], squareWords * index);
    firstItem += Math.ceil(size / blockSize);
  }
  const parts = table + 4 * tableWords;
  engine.run('squareSums', [table, tensors.length, parts], items, 2);
  let sum = 0;
  for (const part of engine.float32(parts, items)) sum += part;
  engine.float32(backend.pointer(result), 1)[0] = sum;
  engine.pool.release(table, bytes);
  return result;
};

const adamW: EngineKernel = ({ inputs, backend, attributes }) => {
  const { beta1, gradientShare, beta2, squareShare, kept, stepSizes, eps } = attributes as AdamWAttributes;
  const { engine } = backend;
  const tensor = (name: string, index: number): number => backend.pointer(inputs[`${name}${index}`]!);
  const rows = kept.map((_, i) => ['value', 'gradient', 'mean', 'square'].map((name) => tensor(name, i)));
  const bytes = 4 * adamWWords * rows.length;
  const table = engine.pool.allocate(bytes);
  const words = engine.int32(table, adamWWords * rows.length);
  const numbers = engine.float32(table, adamWWords * rows.length);
  let firstItem = 0;
  for (const [index, pointers] of rows.entries()) {
    const size = sizeOf(inputs[`value${index}`]!.shape);
    const at = adamWWords * index;
    words.set([...pointers, size, firstItem], at);
    numbers.set([kept[index]!, stepSizes[index]!, eps[index]!], at + 6);
    firstItem += Math.ceil(size / blockSize);
  }
  engine.run('adamW', [table, rows.length, beta1, gradientShare, beta2, squareShare], firstItem, 1);
  engine.pool.release(table, bytes);
  return [];
};

/** AdamW and the square of the gradient's norm, each over all parameters at once. */
export const optimizerKernels: Readonly<Record<string, EngineKernel>> = {
  [adamWKernel]: adamW,
  [squareSumKernel]: squareSum,
};
