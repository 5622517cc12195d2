import { utf8Length } from '../models/model.ts';

/** Translates places counted in UTF-8 bytes of a text to UTF-16 units. */
export class ByteMap {
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
  private readonly text: string;
  private units: Int32Array | undefined;

  constructor(text: string) {
    this.text = text;
    this.bytes = utf8Length(text);
  }

  /** The unit at which the character starts that a byte belongs to; the end of the text for what lies behind. */
  unitOf(byte: number): number {
    if (byte >= this.bytes) return this.text.length;
    return this.bytes === this.text.length ? byte : (this.units ??= this.map())[byte]!;
  }

  private map(): Int32Array {
    const units = new Int32Array(this.bytes);
    let byte = 0;
    for (let at = 0; at < this.text.length;) {
      const point = this.text.codePointAt(at)!;
      const length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      units.fill(at, byte, byte + length);
      byte += length;
      at += point > 0xffff ? 2 : 1;
    }
    return units;
  }
}
