import { checkSameLength } from './targets.ts';

/**
 * The share of predictions that equal their reference character for character. Nothing is normalized: trim and
 * lowercase before, if that is the task's rule.
 *
 * @throws ShapeError for lists that are empty or of different lengths
 */
export function exactMatch(references: readonly string[], predictions: readonly string[]): number {
  checkSameLength('exactMatch', ['references', 'predictions'], references, predictions);
  return references.filter((reference, i) => reference === predictions[i]).length / references.length;
}
