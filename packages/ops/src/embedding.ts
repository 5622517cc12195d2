import type * as tf from '@tensorflow/tfjs';
import { checkTensor } from './check-tensor.ts';
import { embeddingReference } from './embedding.reference.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import { embeddingGradKernel, embeddingKernel, type EmbeddingGradAttributes } from './kernels.ts';
import { runOp } from './run-op.ts';

/**
 * Rows of a table: `y[...] = weight[ids[...]]`, as torch.nn.functional.embedding. Its gradient adds up the rows that
 * occur several times.
 *
 * @param ids int32 `[...]`, each at least 0 and below `vocab`. Values live on the device, so callers check the range
 * where they still have the ids on the host.
 * @param weight float32 `[vocab, dim]`
 * @returns float32 `[..., dim]`; the caller disposes it
 * @throws ShapeError when a dtype or rank is wrong
 */
export function embedding(ids: tf.Tensor, weight: tf.Tensor2D): tf.Tensor {
  checkTensor('embedding', 'ids', ids, { dtype: 'int32', shape: '...' });
  checkTensor('embedding', 'weight', weight, { shape: ['vocab', 'dim'] });
  if (!hasKernels(embeddingKernel, [embeddingGradKernel])) return embeddingReference(ids, weight);
  const attributes: EmbeddingGradAttributes = { vocabSize: weight.shape[0] };
  return runOp(
    'embedding',
    { weight },
    () => ({ value: runKernel(embeddingKernel, { ids, weight })[0]!, saved: [ids] }),
    (dy, saved) => ({
      weight: (sum) => {
        const [gradient] = runKernel(embeddingGradKernel, { dy, ids: saved[0], sum }, attributes);
        return sum ?? gradient!;
      },
    }),
  );
}
