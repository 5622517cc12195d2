import { CodePointSet } from './code-point-set.ts';
import {
  combiningMarkDifference,
  controlDifference,
  nonspacingMarkDifference,
  punctuationDifference,
  scriptRuns,
} from './reference-tables.ts';

/** Punctuation, with the ASCII symbols, as BERT has it. */
export const punctuation = new CodePointSet(/[\p{P}$+<=>^`|~]/u, punctuationDifference);
/** Numbers of any kind. */
export const numeric = new CodePointSet(/\p{N}/u);
/** Unicode's White_Space. */
export const whitespace = new CodePointSet(/\p{White_Space}/u);
/** `\w` of Rust's regular expressions. */
export const wordCharacter = new CodePointSet(/[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u);
/** Marks that BERT strips as accents. */
export const nonspacingMark = new CodePointSet(/\p{Mn}/u, nonspacingMarkDifference);
/** Marks that StripAccents strips. */
export const combiningMark = new CodePointSet(/\p{M}/u, combiningMarkDifference);
/** What BERT drops from text; tabs and line ends are spaces instead. */
export const control = new CodePointSet(/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/u, controlDifference);

/** The script that joins any other: spaces, and code points that the tables do not know. */
export const anyScript = 0;

let scripts: Uint8Array | undefined;

/** A number for the script of a code point as SentencePiece groups them: Han with the Japanese syllabaries. */
export function scriptOf(codePoint: number): number {
  if (scripts === undefined) {
    scripts = new Uint8Array(0x110000);
    let start = 0;
    for (const run of scriptRuns.split(' ')) {
      const [distance, script] = run.split('.').map((digits) => parseInt(digits, 36));
      start += distance!;
      scripts.fill(script!, start);
    }
  }
  return scripts[codePoint]!;
}
