import { CodePointSet } from './code-point-set.ts';
import {
  combiningMarkDifference,
  controlDifference,
  newerCharacters,
  nonspacingMarkDifference,
  punctuationDifference,
  scriptGroups,
} from './reference-tables.ts';

/** A set of what is in the reference's older tables. */
function olderSet(source: string, [without, also]: readonly [string, string]): CodePointSet {
  return new CodePointSet(source, [newerCharacters, without], also);
}

/** Punctuation, with the ASCII symbols, as BERT has it. */
export const punctuation = /* @__PURE__ */ olderSet('[\\p{P}$+<=>^`|~]', punctuationDifference);
/** Numbers of any kind. */
export const numeric = /* @__PURE__ */ new CodePointSet('\\p{N}');
/** Unicode's White_Space. */
export const whitespace = /* @__PURE__ */ new CodePointSet('\\p{White_Space}');
/** `\w` of Rust's regular expressions. */
export const wordCharacter = /* @__PURE__ */ new CodePointSet('[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]');
/** Marks that BERT strips as accents. */
export const nonspacingMark = /* @__PURE__ */ olderSet('\\p{Mn}', nonspacingMarkDifference);
/** Marks that StripAccents strips. */
export const combiningMark = /* @__PURE__ */ olderSet('\\p{M}', combiningMarkDifference);
/** What BERT drops from text; tabs and line ends are spaces instead. */
export const control = /* @__PURE__ */ new CodePointSet('(?![\\t\\n\\r])[\\p{Cc}\\p{Cf}\\p{Co}\\ufffd]', [
  controlDifference[0],
]);

/** The script that joins any other: spaces, and code points that the tables do not know. */
export const anyScript = 0;

/** What the tables of scripts know. */
const olderCharacter = /* @__PURE__ */ new CodePointSet('[^]', [newerCharacters]);
let scriptPatterns: readonly RegExp[] | undefined;
const scripts = /* @__PURE__ */ new Map<number, number>();

/** One pattern for each group of scripts that stay together: names of scripts, and single code points. */
function readScriptGroups(): RegExp[] {
  return scriptGroups.split(' ').map((group) => {
    const parts = group.split(',').map((part) => (/^[A-Z]/.test(part) ? `\\p{sc=${part}}` : `\\u{${part}}`));
    return new RegExp(`[${parts.join('')}]`, 'u');
  });
}

/** A number for the script of a code point as SentencePiece groups them: Han with the Japanese syllabaries. */
export function scriptOf(codePoint: number): number {
  let script = scripts.get(codePoint);
  if (script === undefined) {
    scriptPatterns ??= readScriptGroups();
    const character = String.fromCodePoint(codePoint);
    const isKnown = olderCharacter.has(codePoint);
    script = isKnown ? 1 + scriptPatterns.findIndex((pattern) => pattern.test(character)) : anyScript;
    scripts.set(codePoint, script);
  }
  return script;
}
