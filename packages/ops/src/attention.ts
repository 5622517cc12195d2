import type * as tf from '@tensorflow/tfjs';
import { checkAttention, type AttentionOptions } from './attention-options.ts';
import { attentionReference, attentionWeightsReference } from './attention.reference.ts';
import { checkTensor } from './check-tensor.ts';
import { hasKernels, runKernel } from './has-kernels.ts';
import { attentionGradKernel, attentionKernel } from './kernels.ts';
import { runOp, shareGradients } from './run-op.ts';

/**
 * Scaled dot-product attention: `softmax(mask(cap(scale query key^T) + bias)) value` for each head. Source: Vaswani et
 * al. 2017, equation 1; torch.nn.functional.scaled_dot_product_attention. Fewer key heads than query heads are shared by
 * neighbouring query heads (grouped queries, Ainslie et al. 2023). A query that sees no key gives zeros.
 *
 * Queries and keys may differ in number: for cached decoding give `queryPositions` and the whole cache as key and value;
 * key j is then at position j, and keys after the query's position are hidden. What hidden keys hold must be finite.
 *
 * @param query float32 `[batch, queryTime, heads, headDim]`
 * @param key float32 `[batch, keyTime, kvHeads, headDim]`, heads divisible by kvHeads
 * @param value float32 `[batch, keyTime, kvHeads, valueDim]`
 * @returns float32 `[batch, queryTime, heads, valueDim]`; the caller disposes it
 * @throws ShapeError when the sizes do not fit together; ConfigError on bad options
 */
export function attention(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  options: AttentionOptions = {},
): tf.Tensor4D {
  const { sizes, attributes } = checkAttention('attention', query, key, options);
  checkTensor('attention', 'value', value, { shape: [sizes.batch, sizes.keyTime, sizes.kvHeads, 'valueDim'] });
  if (!hasKernels(attentionKernel, [attentionGradKernel])) {
    return attentionReference(query, key, value, sizes, attributes, options);
  }
  const { queryPositions, keyPositions, keyLengths, segmentIds } = options;
  const masks = { queryPositions, keyPositions, keyLengths, segmentIds };
  const present = Object.entries(masks).filter((entry): entry is [string, tf.Tensor2D] => entry[1] !== undefined);
  return runOp(
    'attention',
    { query, key, value },
    () => {
      const [y, logSumExp] = runKernel(attentionKernel, { query, key, value, ...masks }, attributes);
      return { value: y!, saved: [query, key, value, y!, logSumExp!, ...present.map(([, tensor]) => tensor)] };
    },
    (dy, saved) => {
      const [q, k, v, y, logSumExp, ...rest] = saved;
      const savedMasks = Object.fromEntries(present.map(([name], i) => [name, rest[i]!]));
      const gradient = shareGradients(saved, () =>
        runKernel(attentionGradKernel, { dy, y, logSumExp, query: q, key: k, value: v, ...savedMasks }, attributes),
      );
      return { query: () => gradient(0), key: () => gradient(1), value: () => gradient(2) };
    },
  ) as tf.Tensor4D;
}

/**
 * The weights that `attention` gives each key, before dropout, for looking at. Always the reference form, without
 * gradient.
 *
 * @param query float32 `[batch, queryTime, heads, headDim]`
 * @param key float32 `[batch, keyTime, kvHeads, headDim]`
 * @param options as for `attention`; dropout is ignored
 * @returns float32 `[batch, heads, queryTime, keyTime]`, rows that sum to 1, or 0 where no key is seen; the caller
 * disposes it
 * @throws ShapeError when the sizes do not fit together; ConfigError on bad options
 */
export function attentionWeights(query: tf.Tensor4D, key: tf.Tensor4D, options: AttentionOptions = {}): tf.Tensor4D {
  const { sizes, attributes } = checkAttention('attentionWeights', query, key, options);
  return runOp(
    'attentionWeights',
    {},
    () => ({ value: attentionWeightsReference(query, key, sizes, attributes, options), saved: [] }),
    () => ({}),
  ) as tf.Tensor4D;
}
