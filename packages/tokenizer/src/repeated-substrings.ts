import { wordBorder } from './symbol-words.ts';
import { codePointCount } from './utf8-text.ts';

/**
 * Sorts the places in words by what follows them, up to a length, and finds substrings on the way: every single symbol,
 * and what occurs at two or more places and is followed there by different symbols, which are the inner nodes of the
 * suffix tree.
 *
 * Multikey quicksort (Bentley and Sedgewick 1997): one integer for each symbol. Yields now and then, so that the caller
 * can stop.
 *
 * @param cells words as code points with a `wordBorder` between them
 * @param places receives the sorted places, one for each symbol; elsewhere in `cells` is a border
 * @param longest the most symbols of a substring
 * @param report is told, for one substring after another in their order, where its places start in `places`, its length,
 *   and the number of its places; a substring comes before those that it begins
 */
export function* repeatedSubstrings(
  cells: Int32Array,
  places: Int32Array,
  longest: number,
  report: (start: number, length: number, count: number) => void,
): Generator<void, void, void> {
  // Ranges of places that share `depth` symbols; those of a split are still to be parted by the next one.
  const stack: number[] = [];
  let work = 0;
  let start = 0;
  for (const end of sortByFirst(cells, places)) {
    report(start, 1, end - start);
    stack.push(start, end, 1, 0);
    start = end;
    while (stack.length > 0) {
      const isSplit = stack.pop() === 1;
      const depth = stack.pop()!;
      const end = stack.pop()!;
      const start = stack.pop()!;
      if (end - start < 2) continue;
      work += end - start;
      if (work > 1 << 20) {
        work = 0;
        yield;
      }
      if (end - start === 2) {
        const common = sortTwo(cells, places, start, depth, longest);
        if (common >= (isSplit ? depth + 1 : depth) && common >= 2) report(start, common, 2);
        continue;
      }
      if (!isSplit && depth >= 2 && differsAt(cells, places, start, end, depth)) report(start, depth, end - start);
      if (depth === longest) continue;
      const middle = cells[places[(start + end) >> 1]! + depth]!;
      let less = start;
      let greater = end;
      for (let i = start; i < greater;) {
        const place = places[i]!;
        const symbol = cells[place + depth]!;
        if (symbol < middle) {
          places[i++] = places[less]!;
          places[less++] = place;
        } else if (symbol > middle) {
          places[i] = places[--greater]!;
          places[greater] = place;
        } else i++;
      }
      // The last one is parted first, so substrings come in their order.
      stack.push(greater, end, depth, 1);
      if (middle !== wordBorder) stack.push(less, greater, depth + 1, 0);
      stack.push(start, less, depth, 1);
    }
  }
}

/** Sorts all places by their first symbol; gives where those of each symbol end. */
function sortByFirst(cells: Int32Array, places: Int32Array): number[] {
  const next = new Int32Array(codePointCount + 1);
  for (const symbol of cells) if (symbol !== wordBorder) next[symbol + 1]!++;
  const ends: number[] = [];
  for (let symbol = 1, end = 0; symbol <= codePointCount; symbol++) {
    end += next[symbol]!;
    if (next[symbol]! > 0) ends.push(end);
    next[symbol] = end;
  }
  for (let place = 0; place < cells.length; place++) {
    if (cells[place] !== wordBorder) places[next[cells[place]!]!++] = place;
  }
  return ends;
}

/** Sorts two places that share `depth` symbols; gives after how many they differ, or -1 where they do not. */
function sortTwo(cells: Int32Array, places: Int32Array, start: number, depth: number, longest: number): number {
  const [a, b] = [places[start]!, places[start + 1]!];
  let at = depth;
  while (at < longest && cells[a + at] === cells[b + at] && cells[a + at] !== wordBorder) at++;
  if (cells[a + at] === cells[b + at]) return -1;
  if (cells[a + at]! > cells[b + at]!) {
    places[start] = b;
    places[start + 1] = a;
  }
  return at;
}

function differsAt(cells: Int32Array, places: Int32Array, start: number, end: number, depth: number): boolean {
  const first = cells[places[start]! + depth];
  for (let i = start + 1; i < end; i++) if (cells[places[i]! + depth] !== first) return true;
  return false;
}
