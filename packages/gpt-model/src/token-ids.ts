import { check, describeValue, ignoreIndex, ShapeError } from '@gptloom/core';

/**
 * Checks token ids on the host, before they reach a kernel that would read outside its table.
 *
 * @throws ShapeError for what has no length, or naming the first id that is not an integer in [0, vocabSize) and its place
 */
export function checkTokenIds(who: string, ids: ArrayLike<number>, vocabSize: number): void {
  if (typeof (ids as Partial<ArrayLike<number>> | null | undefined)?.length !== 'number') {
    throw new ShapeError({
      who,
      rule: 'token ids must be an array',
      received: describeValue(ids),
      suggestion: 'what encode of the tokenizer gives',
    });
  }
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
 * Checks rows of token ids like `checkTokenIds`.
 *
 * @throws ShapeError for what is no array of rows, or naming the first row with ids outside the vocabulary
 */
export function checkTokenRows(who: string, rows: readonly ArrayLike<number>[], vocabSize: number): void {
  const broken = check.array(rows);
  if (broken !== undefined) {
    throw new ShapeError({
      who,
      rule: `rows of token ids ${broken}`,
      received: describeValue(rows),
      suggestion: 'an array with an array of ids for each row',
    });
  }
  for (const [index, row] of rows.entries()) checkTokenIds(`${who} row ${index}`, row, vocabSize);
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
