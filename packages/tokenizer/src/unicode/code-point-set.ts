const unknown = 0;
const absent = 1;
const present = 2;

/** Calls back for each range of a packed list: for each range the gap after the one before and the length, in base 36. */
export function eachPackedRange(packed: string, callback: (start: number, length: number) => void): void {
  let at = 0;
  if (packed === '') return;
  for (const range of packed.split(' ')) {
    const [gap, length] = range.split('.').map((digits) => parseInt(digits, 36));
    callback(at + gap!, length!);
    at += gap! + length!;
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

/** Code points with a Unicode property, except where the reference's tables differ. Remembers what it has been asked. */
export class CodePointSet {
  private readonly pattern: RegExp;
  private readonly difference: readonly [without: string, also: string];
  private memory: Uint8Array | undefined;

  /**
   * @param pattern one character class
   * @param difference packed ranges that the reference leaves out, and such that it adds
   */
  constructor(pattern: RegExp, difference: readonly [without: string, also: string] = ['', '']) {
    this.pattern = pattern;
    this.difference = difference;
  }

  has(codePoint: number): boolean {
    const memory = (this.memory ??= this.remember());
    const known = memory[codePoint];
    if (known !== unknown) return known === present;
    const found = this.pattern.test(String.fromCodePoint(codePoint));
    memory[codePoint] = found ? present : absent;
    return found;
  }

  private remember(): Uint8Array {
    const memory = new Uint8Array(0x110000);
    const [without, also] = this.difference;
    eachPackedRange(without, (start, length) => memory.fill(absent, start, start + length));
    eachPackedRange(also, (start, length) => memory.fill(present, start, start + length));
    return memory;
  }
}
