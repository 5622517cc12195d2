import type { AlignedText } from '../normalizers/aligned-text.ts';
import type { TextRange } from '../regex/text-pattern.ts';

/** What becomes of the delimiters at which text is cut. */
export const splitBehaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const;
/** One of them. */
export type SplitBehavior = (typeof splitBehaviors)[number];

interface Span {
  start: number;
  end: number;
  readonly isMatch: boolean;
}

/** The whole text as spans that match and spans between them. */
function spansOf(length: number, matches: readonly TextRange[], invert: boolean): Span[] {
  const spans: Span[] = [];
  let last = 0;
  for (const [start, end] of matches) {
    if (last !== start) spans.push({ start: last, end: start, isMatch: invert });
    spans.push({ start, end, isMatch: !invert });
    last = end;
  }
  if (last !== length) spans.push({ start: last, end: length, isMatch: invert });
  return spans;
}

/** Joins a delimiter to its neighbor; of several in a row the first alone. */
function mergeWithPrevious(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  let previousMatch = false;
  for (const span of spans) {
    const last = merged.at(-1);
    if (span.isMatch && !previousMatch && last !== undefined) last.end = span.end;
    else merged.push(span);
    previousMatch = span.isMatch;
  }
  return merged;
}

function mergeWithNext(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  let previousMatch = false;
  for (let i = spans.length - 1; i >= 0; i--) {
    const span = spans[i]!;
    const last = merged.at(-1);
    if (span.isMatch && !previousMatch && last !== undefined) last.start = span.start;
    else merged.push(span);
    previousMatch = span.isMatch;
  }
  return merged.reverse();
}

function joinEqual(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  let previousMatch = false;
  for (const span of spans) {
    const last = joined.at(-1);
    if (span.isMatch === previousMatch && last !== undefined) last.end = span.end;
    else joined.push(span);
    previousMatch = span.isMatch;
  }
  return joined;
}

/**
 * Cuts a piece at matches. Source: huggingface/tokenizers `NormalizedString::split`.
 *
 * @param invert whether what lies between the matches are the delimiters
 */
export function splitPiece(
  piece: AlignedText,
  matches: readonly TextRange[],
  behavior: SplitBehavior,
  invert = false,
): AlignedText[] {
  const spans = spansOf(piece.text.length, matches, invert);
  switch (behavior) {
    case 'Removed':
      return slices(
        piece,
        spans.filter((span) => !span.isMatch),
      );
    case 'Isolated':
      return slices(piece, spans);
    case 'Contiguous':
      return slices(piece, joinEqual(spans));
    case 'MergedWithPrevious':
      return slices(piece, mergeWithPrevious(spans));
    case 'MergedWithNext':
      return slices(piece, mergeWithNext(spans));
  }
}

function slices(piece: AlignedText, spans: readonly Span[]): AlignedText[] {
  const pieces: AlignedText[] = [];
  for (const { start, end } of spans) if (start < end) pieces.push(piece.slice(start, end));
  return pieces;
}

/** The characters of a text that pass, each a match of its own. */
export function matchCharacters(text: string, passes: (codePoint: number) => boolean): TextRange[] {
  const matches: TextRange[] = [];
  for (let at = 0; at < text.length;) {
    const codePoint = text.codePointAt(at)!;
    const next = at + (codePoint > 0xffff ? 2 : 1);
    if (passes(codePoint)) matches.push([at, next]);
    at = next;
  }
  return matches;
}
