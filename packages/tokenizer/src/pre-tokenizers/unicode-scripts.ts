import type { AlignedText } from '../normalizers/aligned-text.ts';
import { anyScript, scriptOf } from '../unicode/character-sets.ts';

/**
 * Cuts where the script changes; spaces belong to the script before them. Text before the first character of a script is
 * lost, as in the reference.
 */
export function splitByScript(piece: AlignedText): AlignedText[] {
  const { text } = piece;
  const cuts: number[] = [];
  // Neither a script nor any: no character has been met.
  let last = -1;
  for (let at = 0; at < text.length;) {
    const codePoint = text.codePointAt(at)!;
    const script = scriptOf(codePoint);
    if (script !== anyScript) {
      if (script !== last) cuts.push(at);
      last = script;
    }
    at += codePoint > 0xffff ? 2 : 1;
  }
  return cuts.map((start, i) => piece.slice(start, cuts[i + 1] ?? text.length));
}
