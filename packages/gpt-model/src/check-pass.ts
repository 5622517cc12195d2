import type * as tf from '@tensorflow/tfjs';
import { check, ConfigError, describeValue, ShapeError } from '@gptloom/core';
import type { ForwardContext } from '@gptloom/layers';
import { checkTensor } from '@gptloom/ops';

/** Refuses a sequence that is longer than the model has positions for. */
export function checkSequenceLength(time: number, maxSeqLen: number): void {
  if (time <= maxSeqLen) return;
  throw new ShapeError({
    who: 'GptModel',
    rule: `a sequence must have at most maxSeqLen ${maxSeqLen} tokens`,
    received: `${time} tokens`,
    suggestion: 'cut the text, or build the model with a larger maxSeqLen',
  });
}

/**
 * Checks what a forward pass is given, by shapes alone: it runs for every token, and ids and positions are on the device.
 *
 * @throws ConfigError without a context; ShapeError for too many tokens, or positions of another shape than the ids
 */
export function checkPass(ids: tf.Tensor2D, context: ForwardContext, maxSeqLen: number): void {
  const who = 'GptModel';
  const broken = check.object(context);
  if (broken !== undefined) {
    throw new ConfigError({
      who,
      rule: `the context of a forward pass ${broken}`,
      received: describeValue(context),
      suggestion: 'createForwardContext(model, { positions }), or logits(rows), which makes one',
    });
  }
  checkTensor(who, 'ids', ids, { dtype: 'int32', shape: ['batch', 'time'] });
  checkSequenceLength(ids.shape[1], maxSeqLen);
  checkTensor(who, 'context.positions', context.positions, { dtype: 'int32', shape: ids.shape });
}
