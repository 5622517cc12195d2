import * as tf from '@tensorflow/tfjs';
import type { AttentionMaskInputs, AttentionSizes } from './attention-options.ts';
import type { AttentionAttributes } from './kernels.ts';

/**
 * Added to the scores of hidden keys. Finite, so that a row without any visible key becomes zeros instead of NaN; so large
 * that the exponential of a hidden score is exactly 0 beside any visible one.
 */
const hidden = -1e30;

/** What is added to the scores, and which queries see any key at all. */
export interface AttentionMask {
  /** `[1 or batch, 1 or heads, queryTime, keyTime]`: 0 or a linear bias where visible, hugely negative where hidden. */
  readonly bias: tf.Tensor4D | undefined;
  /** `[1 or batch, 1, queryTime, 1]`: 1 where a query sees a key, 0 where none; undefined when every query does. */
  readonly seesAny: tf.Tensor4D | undefined;
}

/** The mask that the options ask for; the caller disposes its tensors. */
export function attentionMask(
  { queryTime, keyTime }: AttentionSizes,
  { causal, window, alibiSlopes }: AttentionAttributes,
  { queryPositions, keyPositions, keyLengths, segmentIds }: AttentionMaskInputs,
): AttentionMask {
  const column = (tensor: tf.Tensor): tf.Tensor4D => tensor.toFloat().reshape([-1, 1, queryTime, 1]);
  const row = (tensor: tf.Tensor): tf.Tensor4D => tensor.toFloat().reshape([-1, 1, 1, keyTime]);
  const allowed: tf.Tensor4D[] = [];
  const ordered = causal || window > 0 || alibiSlopes.length > 0;
  let distance: tf.Tensor4D | undefined;
  if (ordered) {
    const queries = column(queryPositions ?? tf.range(0, queryTime, 1, 'int32'));
    const keys = row(keyPositions ?? tf.range(0, keyTime, 1, 'int32'));
    distance = tf.sub(queries, keys);
    if (causal) allowed.push(tf.greaterEqual(distance, 0));
    if (window > 0) allowed.push(tf.less(causal ? distance : tf.abs(distance), window));
  }
  if (keyLengths !== undefined) {
    allowed.push(tf.less(row(tf.range(0, keyTime, 1, 'int32')), tf.reshape(keyLengths.toFloat(), [-1, 1, 1, 1])));
  }
  if (segmentIds !== undefined) allowed.push(tf.equal(column(segmentIds), row(segmentIds)));
  let visible: tf.Tensor4D | undefined;
  for (const condition of allowed) visible = visible === undefined ? condition : tf.logicalAnd(visible, condition);

  let bias: tf.Tensor4D | undefined;
  let seesAny: tf.Tensor4D | undefined;
  if (visible !== undefined) {
    const ones = visible.toFloat();
    bias = tf.mul(tf.sub(ones, 1), -hidden);
    // A causal query at its own key sees at least itself; only the other conditions can hide that one too.
    const certain = queryTime === keyTime && !queryPositions && !keyPositions && !keyLengths;
    if (!certain) seesAny = tf.max(ones, 3, true);
  }
  if (distance !== undefined && alibiSlopes.length > 0) {
    const slopes = tf.tensor4d([...alibiSlopes], [1, alibiSlopes.length, 1, 1]);
    const linearBias: tf.Tensor4D = tf.mul(tf.neg(distance), slopes);
    bias = bias === undefined ? linearBias : tf.add(bias, linearBias);
  }
  return { bias, seesAny };
}
