import { wordClass } from './regex-class.ts';
import type { TextRange } from './text-pattern.ts';

// Digits in threes from the right, as words (`1|234|567`) and as the places between them, up to the end of the digits or,
// with `\b`, where no letter follows them.
const words = /^(\\d|\[0-9\]|\\p\{N\})\{1,3\}\(\?=\(\?:\1\{3\}\)\*(\\b|\(\?!\1\))\)$/;
const places = /^\(\?=\((?:\?:)?(\\d|\[0-9\]|\\p\{N\})\{3\}\)\+(\\b|\(\?!\1\))\)$/;
const classes: Readonly<Record<string, string>> = { '\\d': '\\p{Nd}', '[0-9]': '[0-9]', '\\p{N}': '\\p{N}' };

/**
 * The search for a pattern that groups digits from the right, or `undefined` for any other. A regular expression engine
 * looks ahead to the end of the digits from each of them; this is linear.
 */
export function digitGroups(pattern: string): ((text: string) => TextRange[]) | undefined {
  const asWords = words.exec(pattern);
  const [, digit, end] = asWords ?? places.exec(pattern) ?? [];
  // A word may end between numbers of other kinds than digits.
  if (digit === undefined || (digit === '\\p{N}' && end === '\\b')) return undefined;
  const runs = new RegExp(`${classes[digit]}+`, 'gv');
  const letter = new RegExp(wordClass, 'vy');
  return (text) => {
    const ranges: TextRange[] = [];
    for (const { index, 0: run } of text.matchAll(runs)) {
      letter.lastIndex = index + run.length;
      if (end === '\\b' && letter.test(text)) continue;
      // From the right, as code points may be of two units.
      const cuts = [index + run.length];
      let digits = 0;
      for (let at = run.length; at > 0;) {
        at -= at > 1 && (run.charCodeAt(at - 1) & 0xfc00) === 0xdc00 ? 2 : 1;
        if (++digits % 3 === 0) cuts.push(index + at);
      }
      if (asWords === null) {
        for (let i = cuts.length - 1; i > 0; i--) ranges.push([cuts[i]!, cuts[i]!]);
      } else {
        if (digits % 3 !== 0) cuts.push(index);
        for (let i = cuts.length - 1; i > 0; i--) ranges.push([cuts[i]!, cuts[i - 1]!]);
      }
    }
    return ranges;
  };
}
