const unknown = 0;
const absent = 1;
const present = 2;

/**
 * Calls back for each range of a packed list, which has the gap after the range before and the length, if it is not 1, in
 * base 36.
 */
export function eachPackedRange(packed: string, callback: (start: number, length: number) => void): void {
  let at = 0;
  if (packed === '') return;
  for (const range of packed.split(' ')) {
    const [gap, length = 1] = range.split('.').map((digits) => parseInt(digits, 36));
    callback(at + gap!, length);
    at += gap! + length;
  }
}

/** The code points of packed ranges. */
export function packedPoints(packed: string): number[] {
  const points: number[] = [];
  eachPackedRange(packed, (start, length) => {
    for (let i = 0; i < length; i++) points.push(start + i);
  });
  return points;
}

/** Packed ranges as they stand in a character class of a regular expression with the flag `u`. */
export function classSource(packed: string): string {
  let source = '';
  eachPackedRange(packed, (start, length) => {
    source += `\\u{${start.toString(16)}}-\\u{${(start + length - 1).toString(16)}}`;
  });
  return source;
}

/** Code points with a Unicode property, except where the reference's tables differ. Remembers what it has been asked. */
export class CodePointSet {
  private readonly source: string;
  private pattern: RegExp | undefined;
  private readonly without: readonly string[];
  private readonly also: string;
  private memory: Uint8Array | undefined;

  /**
   * @param source one character class, as in a regular expression with the flag `u`; compiled when it is first needed
   * @param without packed ranges that the reference leaves out
   * @param also packed ranges that it adds
   */
  constructor(source: string, without: readonly string[] = [], also = '') {
    this.source = source;
    this.without = without;
    this.also = also;
  }

  has(codePoint: number): boolean {
    const memory = (this.memory ??= this.remember());
    const known = memory[codePoint];
    if (known !== unknown) return known === present;
    const found = (this.pattern ??= new RegExp(this.source, 'u')).test(String.fromCodePoint(codePoint));
    memory[codePoint] = found ? present : absent;
    return found;
  }

  private remember(): Uint8Array {
    const memory = new Uint8Array(0x110000);
    for (const packed of this.without) {
      eachPackedRange(packed, (start, length) => memory.fill(absent, start, start + length));
    }
    eachPackedRange(this.also, (start, length) => memory.fill(present, start, start + length));
    return memory;
  }
}
