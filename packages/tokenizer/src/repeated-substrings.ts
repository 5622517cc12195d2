import { wordBorder } from './symbol-words.ts';

/**
 * Finds the substrings of words that occur at two or more places and are followed there by different symbols: the
 * inner nodes of the suffix tree, up to a length.
 *
 * Sorts the suffixes by their first symbols (Bentley and Sedgewick 1997, multikey quicksort), which needs one integer
 * for each symbol. Yields now and then, so that the caller can stop.
 *
 * @param cells words as symbols with a `wordBorder` between them
 * @param longest the most symbols of a substring
 * @param report is told where a substring first comes, its length, and at how many places it is
 */
export function* repeatedSubstrings(
  cells: Int32Array,
  longest: number,
  report: (place: number, length: number, count: number) => void,
): Generator<void, void, void> {
  const places = new Int32Array(cells.length);
  let size = 0;
  cells.forEach((symbol, place) => {
    if (symbol !== wordBorder) places[size++] = place;
  });
  // Ranges of places that share `depth` symbols; those of a split are still to be parted by the next one.
  const stack: number[] = [0, size, 0, 1];
  let work = 0;
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
    if (!isSplit && depth >= 2 && differsAt(cells, places, start, end, depth))
      report(places[start]!, depth, end - start);
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
    stack.push(start, less, depth, 1, greater, end, depth, 1);
    if (middle !== wordBorder) stack.push(less, greater, depth + 1, 0);
  }
}

function differsAt(cells: Int32Array, places: Int32Array, start: number, end: number, depth: number): boolean {
  const first = cells[places[start]! + depth];
  for (let i = start + 1; i < end; i++) if (cells[places[i]! + depth] !== first) return true;
  return false;
}
