/** UTF-16 units of the code point that starts at `at`. */
export function unitsAt(text: string, at: number): 1 | 2 {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && at + 1 < text.length ? 2 : 1;
}

/**
 * A piece of a normalized text that knows where each of its characters comes from. The same as `NormalizedString` of
 * huggingface/tokenizers, with UTF-16 units in place of bytes: the units of a character share their place of origin.
 */
export class AlignedText {
  /** The normalized text. */
  text: string;
  /** Where the piece starts in the original text. */
  readonly origin: number;
  /** Whether places of origin are kept up; without them only the text changes. */
  readonly tracked: boolean;
  // The original range of each unit. Absent while the text is the original from `origin` on.
  private starts: Int32Array | undefined;
  private ends: Int32Array | undefined;

  constructor(text: string, origin: number, tracked: boolean, starts?: Int32Array, ends?: Int32Array) {
    this.text = text;
    this.origin = origin;
    this.tracked = tracked;
    this.starts = starts;
    this.ends = ends;
  }

  /** Where the unit at `at` starts in the original text. */
  startOf(at: number): number {
    if (this.starts !== undefined) return this.starts[at]!;
    return this.origin + ((this.text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at);
  }

  /** Where the unit at `at` ends in the original text. */
  endOf(at: number): number {
    if (this.ends !== undefined) return this.ends[at]!;
    return this.origin + at + unitsAt(this.text, at);
  }

  /** The piece from `start` to `end`, which are boundaries of characters. */
  slice(start: number, end: number): AlignedText {
    const { text, starts, ends } = this;
    if (start === 0 && end === text.length) return this;
    const origin = start < end ? this.startOf(start) : this.origin + start;
    return new AlignedText(
      text.slice(start, end),
      origin,
      this.tracked,
      starts?.subarray(start, end),
      ends?.subarray(start, end),
    );
  }

  /** Replaces the text by one whose characters correspond one to one in length. */
  replaceSameLength(text: string): void {
    if (this.tracked) this.align();
    this.text = text;
  }

  /**
   * Replaces the first `replaced` units by `characters`. A change of 0 takes the place of the next old character, a
   * positive one is new and shares the place of the character before it, a negative one takes the place of the next and
   * removes as many after it.
   *
   * @param skipped how many old characters are removed before all others
   */
  transform(characters: readonly string[], changes: ArrayLike<number>, skipped = 0, replaced = this.text.length): void {
    const { text } = this;
    const changed = characters.join('');
    if (!this.tracked) {
      this.text = changed + text.slice(replaced);
      return;
    }
    this.align();
    const oldStarts = this.starts!;
    const oldEnds = this.ends!;
    const length = changed.length + text.length - replaced;
    const starts = new Int32Array(length);
    const ends = new Int32Array(length);
    let old = 0;
    for (let i = 0; i < skipped && old < replaced; i++) old += unitsAt(text, old);
    let at = 0;
    for (let i = 0; i < characters.length; i++) {
      const change = changes[i]!;
      let start = this.origin;
      let end = this.origin;
      if (change > 0) {
        if (old > 0) {
          start = oldStarts[old - 1]!;
          end = oldEnds[old - 1]!;
        }
      } else {
        const from = Math.min(old, oldStarts.length - 1);
        start = oldStarts[from] ?? start;
        end = oldEnds[from] ?? end;
        for (let n = change; n <= 0 && old < replaced; n++) old += unitsAt(text, old);
      }
      for (let n = characters[i]!.length; n > 0; n--) {
        starts[at] = start;
        ends[at++] = end;
      }
    }
    starts.set(oldStarts.subarray(replaced), at);
    ends.set(oldEnds.subarray(replaced), at);
    this.text = changed + text.slice(replaced);
    this.starts = starts;
    this.ends = ends;
  }

  /** Puts a text in front, where there is anything to stand before. */
  prepend(prefix: string): void {
    if (this.text === '') return;
    const first = this.text.slice(0, unitsAt(this.text, 0));
    const characters = [...prefix, first];
    this.transform(
      characters,
      characters.map((_, i) => (i === 0 && prefix !== '' ? 0 : 1)),
      0,
      first.length,
    );
  }

  /** Keeps the characters that pass. */
  filter(keep: (codePoint: number) => boolean): void {
    const kept: string[] = [];
    const changes: number[] = [];
    let skipped = 0;
    let removed = 0;
    for (const character of this.text) {
      if (!keep(character.codePointAt(0)!)) {
        removed++;
        continue;
      }
      if (kept.length === 0) skipped = removed;
      else changes.push(-removed);
      kept.push(character);
      removed = 0;
    }
    if (kept.length > 0) changes.push(-removed);
    if (skipped === 0 && changes.every((change) => change === 0) && (kept.length > 0 || this.text === '')) return;
    this.transform(kept, changes, skipped);
  }

  /** Replaces ranges of the text, in order and apart, each by the same content. */
  replaceRanges(ranges: readonly (readonly [number, number])[], content: string): void {
    if (ranges.length === 0) return;
    const { text } = this;
    const pieces: string[] = [];
    let last = 0;
    for (const [start, end] of ranges) {
      pieces.push(text.slice(last, start), content);
      last = end;
    }
    pieces.push(text.slice(last));
    const changed = pieces.join('');
    if (this.tracked) {
      this.align();
      this.copyAround(ranges, content.length, changed.length);
    }
    this.text = changed;
  }

  private copyAround(ranges: readonly (readonly [number, number])[], contentLength: number, length: number): void {
    const oldStarts = this.starts!;
    const oldEnds = this.ends!;
    const starts = new Int32Array(length);
    const ends = new Int32Array(length);
    let at = 0;
    let last = 0;
    for (const [start, end] of ranges) {
      starts.set(oldStarts.subarray(last, start), at);
      ends.set(oldEnds.subarray(last, start), at);
      at += start - last;
      // What is put in shares the place of the last character that it replaces.
      starts.fill(end < 1 ? this.origin : oldStarts[end - 1]!, at, at + contentLength);
      ends.fill(end < 1 ? this.origin : oldEnds[end - 1]!, at, at + contentLength);
      at += contentLength;
      last = end;
    }
    starts.set(oldStarts.subarray(last), at);
    ends.set(oldEnds.subarray(last), at);
    this.starts = starts;
    this.ends = ends;
  }

  private align(): void {
    if (this.starts !== undefined) return;
    const { length } = this.text;
    const starts = new Int32Array(length);
    const ends = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      starts[i] = this.startOf(i);
      ends[i] = this.endOf(i);
    }
    this.starts = starts;
    this.ends = ends;
  }
}
