import { grown } from './grow.ts';
import { utf8 } from './utf8.ts';

/** Texts as UTF-8, one after another: plain data, which moves between threads. */
export interface EncodedTexts {
  /** The bytes of all texts, then at least eight of any kind. */
  readonly bytes: Uint8Array;
  /** Where each text ends in `bytes`. There may be more room than texts. */
  readonly ends: Int32Array;
  /** The number of texts. */
  readonly count: number;
}

/** What moves to another thread together with the texts. */
export const memoryOf = ({ bytes, ends }: EncodedTexts): ArrayBuffer[] => [
  bytes.buffer as ArrayBuffer,
  ends.buffer as ArrayBuffer,
];

/** A view of the same memory. */
export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

// `WordTable` looks at eight bytes at a time, of which the last may be behind the text.
const paddingBytes = 8;
// Beyond it room is given back after use.
const mostKept = 1 << 22;
// Up to here writing unit by unit beats a call into the runtime.
const shortUnits = 40;

/** Collects texts as UTF-8 in memory that is used again and again. Lone surrogates become U+FFFD. */
export class TextBatch {
  private bytes: Uint8Array;
  private ends: Int32Array;
  private count = 0;

  /** @param memory of texts that are not needed any more */
  constructor(memory?: EncodedTexts) {
    const { bytes, ends } = memory ?? {};
    this.bytes = bytes !== undefined && bytes.length <= mostKept ? bytes : new Uint8Array(1024);
    this.ends = ends !== undefined && ends.length <= mostKept ? ends : new Int32Array(64);
  }

  /** What was collected; views of the memory that the batch writes to. */
  get texts(): EncodedTexts {
    return { bytes: this.bytes, ends: this.ends, count: this.count };
  }

  /** The number of bytes of all texts. */
  get byteCount(): number {
    return this.count === 0 ? 0 : this.ends[this.count - 1]!;
  }

  add(text: string): void {
    const start = this.byteCount;
    this.bytes = grown(this.bytes, start + 3 * text.length + paddingBytes);
    this.ends = grown(this.ends, this.count + 1);
    this.ends[this.count++] = this.write(text, start);
  }

  private write(text: string, start: number): number {
    const { bytes } = this;
    if (text.length <= shortUnits) {
      let at = 0;
      for (; at < text.length; at++) {
        const unit = text.charCodeAt(at);
        if (unit > 0x7f) break;
        bytes[start + at] = unit;
      }
      if (at === text.length) return start + at;
    }
    return start + utf8.encodeInto(text, bytes.subarray(start)).written;
  }
}
