import { embeddingGradKernel, embeddingKernel, type EmbeddingGradAttributes } from '@gptloom/ops';
import { numbersOfChunk, rowsOfChunk, sizeOf, type EngineKernel } from './engine-kernel.ts';

const embedding: EngineKernel = ({ inputs: { ids, weight }, backend }) => {
  const [vocabSize, dim] = weight!.shape as [number, number];
  const y = backend.allocate([...ids!.shape, dim]);
  const pointers = [backend.pointer(ids!), backend.pointer(weight!)];
  const values = [...pointers, vocabSize, dim, backend.pointer(y)];
  backend.engine.run('gatherRows', values, sizeOf(ids!.shape), rowsOfChunk(dim));
  return y;
};

/** Columns that one thread adds up at once: a whole cache line, so that no two threads write to one. */
const sliceColumns = 32;

const embeddingGrad: EngineKernel = ({ inputs: { dy, ids }, backend, attributes }) => {
  const { vocabSize } = attributes as EmbeddingGradAttributes;
  const dim = dy!.shape.at(-1)!;
  const count = sizeOf(ids!.shape);
  const gradient = backend.allocate([vocabSize, dim]);
  const y = backend.pointer(gradient);
  const { engine } = backend;
  engine.run('fill', [y, 0], vocabSize * dim, 4 * numbersOfChunk);
  const slices = Math.ceil(dim / sliceColumns);
  engine.run(
    'scatterAddRows',
    [backend.pointer(dy!), backend.pointer(ids!), count, vocabSize, dim, sliceColumns, y],
    slices,
    count * dim < 2 * numbersOfChunk ? slices : 1,
  );
  return gradient;
};

/** The embedding and its gradient. */
export const embeddingKernels: Readonly<Record<string, EngineKernel>> = {
  [embeddingKernel]: embedding,
  [embeddingGradKernel]: embeddingGrad,
};
