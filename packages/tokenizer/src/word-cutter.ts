import { wordSplitters, type PatternName } from './split-words.ts';
import type { WordCounts } from './word-counts.ts';

/** How text is cut into words before anything is learned from them; plain data, so that it can go to other threads. */
export interface WordRules {
  /** The name of the pattern. */
  readonly pattern: PatternName;
}

/** Cuts a text into words and counts them; yields now and then, so that the caller can stop or let others work. */
export type WordCutter = (text: string, counts: WordCounts) => Generator<void, void, void>;

/** The cutter that follows the rules. */
export function wordCutter({ pattern }: WordRules): WordCutter {
  const splitter = wordSplitters[pattern];
  return (text, counts) => counts.addText(text, splitter);
}
