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
  const words = new Int32Array(squareWords * tensors.length);
  let firstItem = 0;
  for (const [index, size] of sizes.entries()) {
    words.set([pointers[index]!, size, firstItem], squareWords * index);
    firstItem += Math.ceil(size / blockSize);
  }
  const parts = engine.pool.allocate(4 * items);
  engine.withWords(words, (table) => engine.run('squareSums', [table, tensors.length, parts], items, 2));
  engine.run('sumOfParts', [parts, items, backend.pointer(result)], 1, 1);
  engine.pool.release(parts, 4 * items);
  return result;
};

const adamW: EngineKernel = ({ inputs, backend, attributes }) => {
  const { beta1, gradientShare, beta2, squareShare, kept, stepSizes, eps } = attributes as AdamWAttributes;
  const { engine } = backend;
  const words = new Int32Array(adamWWords * kept.length);
  const numbers = new Float32Array(words.buffer);
  let firstItem = 0;
  // No kernel runs meanwhile: plain assignments, without arrays on the way.
  for (let index = 0, at = 0; index < kept.length; index++) {
    const value = inputs[`value${index}`]!;
    const size = sizeOf(value.shape);
    words[at++] = backend.pointer(value);
    words[at++] = backend.pointer(inputs[`gradient${index}`]!);
    words[at++] = backend.pointer(inputs[`mean${index}`]!);
    words[at++] = backend.pointer(inputs[`square${index}`]!);
    words[at++] = size;
    words[at++] = firstItem;
    numbers[at++] = kept[index]!;
    numbers[at++] = stepSizes[index]!;
    numbers[at++] = eps[index]!;
    firstItem += Math.ceil(size / blockSize);
  }
  const shares = [beta1, gradientShare, beta2, squareShare];
  engine.withWords(words, (table) => engine.run('adamW', [table, kept.length, ...shares], firstItem, 1));
  return [];
};

/** AdamW and the square of the gradient's norm, each over all parameters at once. */
export const optimizerKernels: Readonly<Record<string, EngineKernel>> = {
  [adamWKernel]: adamW,
  [squareSumKernel]: squareSum,
};
