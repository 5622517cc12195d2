import { describeValue, ignoreIndex, ShapeError } from '@gptloom/core';

/**
 * Checks token ids on the host, before they reach a kernel that would read outside its table.
 *
 * @throws ShapeError naming the first id that is not an integer in [0, vocabSize) and its place
 */
export function checkTokenIds(who: string, ids: ArrayLike<number>, vocabSize: number): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (Number.isInteger(id) && id >= 0 && id < vocabSize) continue;
    throw new ShapeError({
      who,
      rule: `token ids must be integers from 0 to ${vocabSize - 1}`,
      received: `${describeValue(id)} at index ${i}`,
      suggestion: 'use the tokenizer that the model was built for',
    });
  }
}

/**
 * Checks the targets of a batch on the host, like `checkTokenIds`; `ignoreIndex` is allowed too. An end token that the
 * model has no row for comes up only here.
 *
 * @throws ShapeError naming the first target outside the vocabulary and its place
 */
export function checkTargets(targets: Int32Array, vocabSize: number): void {
  const outside = targets.findIndex((id) => id !== ignoreIndex && (id < 0 || id >= vocabSize));
  if (outside < 0) return;
  throw new ShapeError({
    who: 'GptModel',
    rule: `targets must be token ids from 0 to ${vocabSize - 1}, or ${ignoreIndex}`,
    received: `${targets[outside]} at index ${outside}`,
    suggestion: "vocabSize: tokenizer.vocabSize, in the model's configuration",
  });
}
