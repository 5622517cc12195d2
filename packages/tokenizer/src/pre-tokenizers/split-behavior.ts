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

/** Joins spans to the one before them where `joins` says so, knowing whether this one and that one match. */
function join(spans: readonly Span[], joins: (isMatch: boolean, previous: boolean) => boolean): Span[] {
  const joined: Span[] = [];
  let previous = false;
  for (const span of spans) {
    const last = joined.at(-1);
    if (last !== undefined && joins(span.isMatch, previous)) {
      last.start = Math.min(last.start, span.start);
      last.end = Math.max(last.end, span.end);
    } else joined.push(span);
    previous = span.isMatch;
  }
  return joined;
}

/** Whether a delimiter is the first of several in a row, which alone joins its neighbor. */
const isFirst = (isMatch: boolean, previous: boolean): boolean => isMatch && !previous;
const isEqual = (isMatch: boolean, previous: boolean): boolean => isMatch === previous;

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
      return slices(piece, join(spans, isEqual));
    case 'MergedWithPrevious':
      return slices(piece, join(spans, isFirst));
    case 'MergedWithNext':
      return slices(piece, join(spans.reverse(), isFirst).reverse());
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
