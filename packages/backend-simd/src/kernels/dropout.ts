import { dropoutKernel, type DropoutAttributes } from '@gptloom/ops';
import { sizeOf, type EngineKernel } from './engine-kernel.ts';

/** Random words whose top 24 bits are below this are dropped. */
export function dropoutThreshold(rate: number): number {
  return Math.ceil(rate * 2 ** 24);
}

/** Numbers of one work item, as in assembly/dropout.ts. */
const blockSize = 4096;

const dropout: EngineKernel = ({ inputs: { x }, backend, attributes }) => {
  const { rate, keys } = attributes as DropoutAttributes;
  const { engine } = backend;
  const rows = x!.shape[0]!;
  const size = sizeOf(x!.shape.slice(1));
  const y = backend.allocate(x!.shape);
  const [from, to] = [backend.pointer(x!), backend.pointer(y)];
  engine.withWords(Int32Array.from(keys), (words) => {
    const values = [from, words, size, dropoutThreshold(rate), 1 / (1 - rate), to];
    engine.run('dropout', values, rows * Math.ceil(size / blockSize), Math.max(1, Math.floor(blockSize / size)));
  });
  return y;
};

/** Dropout, which is its own gradient. */
export const dropoutKernels: Readonly<Record<string, EngineKernel>> = { [dropoutKernel]: dropout };
