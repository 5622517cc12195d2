import { TokenizerError } from '@gptloom/core';
import { wordEnds } from '../split-text.ts';
import { splitterOf } from '../splitters/known-patterns.ts';
import type { WordSplitter } from '../split-words.ts';
import type { JsonObject } from '../tokenizer-document.ts';
import { refuse } from '../tokenizer-document.ts';
import { digitGroups } from './digit-groups.ts';
import { translateRegex } from './translate-regex.ts';

/** A range of UTF-16 units. */
export type TextRange = readonly [start: number, end: number];

/** A text or a regular expression to find in text, as `Split` and `Replace` have it. */
export interface TextPattern {
  readonly json: JsonObject;
  /** The matches in order; an empty one never follows a match at once. */
  findAll(text: string): TextRange[];
  /** A scanner by hand, where the pattern has one: it cuts a text into nothing but matches. */
  readonly splitter?: WordSplitter | undefined;
}

/** Reads `{"String": …}` or `{"Regex": …}`. */
export function readTextPattern(path: string, value: unknown): TextPattern {
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 1) {
      const [kind, content] = entries[0] as [string, unknown];
      if (kind === 'String' && typeof content === 'string') return stringPattern(content);
      if (kind === 'Regex' && typeof content === 'string') return regexPattern(path, content);
    }
  }
  return refuse(path, 'must be {"String": …} or {"Regex": …}', value ?? null);
}

function stringPattern(content: string): TextPattern {
  return {
    json: { String: content },
    findAll(text) {
      if (content === '') return findMatches(/(?:)/gu, text);
      const ranges: TextRange[] = [];
      for (let at = text.indexOf(content); at >= 0; at = text.indexOf(content, at + content.length)) {
        ranges.push([at, at + content.length]);
      }
      return ranges;
    },
  };
}

function regexPattern(path: string, pattern: string): TextPattern {
  const json = { Regex: pattern };
  const splitter = splitterOf(pattern);
  if (splitter !== undefined) {
    return {
      json,
      splitter,
      findAll(text) {
        const ranges: TextRange[] = [];
        let start = 0;
        for (const end of wordEnds(text, splitter)) {
          ranges.push([start, end]);
          start = end;
        }
        return ranges;
      },
    };
  }
  const findAll = digitGroups(pattern);
  if (findAll !== undefined) return { json, findAll };
  let regex: RegExp;
  try {
    regex = new RegExp(translateRegex(fromStartOfRun(pattern)), 'gv');
  } catch (error) {
    return refuse(path, `must be a regular expression that is supported: ${(error as Error).message}`, pattern);
  }
  return { json, findAll: (text) => findMatches(regex, text) };
}

/**
 * A run up to the end of a line or text, `\s+$`, as one that starts where the run starts. Where that does not match, no
 * shorter run does, and looking at each of them takes quadratic time.
 */
function fromStartOfRun(pattern: string): string {
  return pattern.replace(/^(\\[sdw]|\\p\{\w+\}|\[[^[\]\\&]+\]| )\+(\$|\\[zZ])$/, '(?<!$1)$1+$2');
}

function findMatches(regex: RegExp, text: string): TextRange[] {
  const ranges: TextRange[] = [];
  let lastEnd = -1;
  for (let from = 0; from <= text.length;) {
    regex.lastIndex = from;
    const match = firstMatch(regex, text);
    if (match === null) break;
    const start = match.index;
    const end = start + match[0].length;
    if (start === end && end === lastEnd) {
      from += text.codePointAt(from)! > 0xffff ? 2 : 1;
      continue;
    }
    ranges.push([start, end]);
    lastEnd = end;
    from = end;
  }
  return ranges;
}

function firstMatch(regex: RegExp, text: string): RegExpExecArray | null {
  try {
    return regex.exec(text);
  } catch (cause) {
    throw new TokenizerError({
      who: 'JsonTokenizer.encode',
      rule: 'a word must be no longer than the regular expression engine has room for',
      cause,
    });
  }
}
