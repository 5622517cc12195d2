import { refuse } from '../tokenizer-document.ts';
import { lossyUtf8, utf8 } from '../utf8.ts';

/**
 * SentencePiece's compiled map of characters: a double-array trie of UTF-8 bytes, and texts that end with a zero byte.
 * Source: google/sentencepiece `Normalizer::DecodePrecompiledCharsMap`; the crate spm_precompiled.
 */
export class CharacterMap {
  private readonly units: Uint32Array;
  private readonly texts: Uint8Array;
  private readonly decoder = lossyUtf8();
  private readonly memory = new Map<string, string | undefined>();

  private constructor(units: Uint32Array, texts: Uint8Array) {
    this.units = units;
    this.texts = texts;
  }

  /** Reads the bytes of `precompiled_charsmap`; FormatError where they are broken. */
  static read(path: string, bytes: Uint8Array): CharacterMap {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = bytes.length < 4 ? -1 : view.getUint32(0, true);
    const count = size >> 2;
    if (size < 4 || 4 + 4 * count > bytes.length) refuse(path, 'must hold a trie of the length that it begins with');
    const units = Uint32Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i, true));
    const texts = bytes.subarray(4 + 4 * count);
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(texts);
    } catch {
      refuse(path, 'must hold texts of valid UTF-8 after its trie');
    }
    return new CharacterMap(units, texts);
  }

  /** What a text becomes by the shortest beginning of it that is in the map, or `undefined`. */
  lookUp(text: string): string | undefined {
    if (this.memory.has(text)) return this.memory.get(text);
    const found = this.search(text);
    if (this.memory.size > 20_000) this.memory.clear();
    this.memory.set(text, found);
    return found;
  }

  private search(text: string): string | undefined {
    const { units } = this;
    let node = offsetOf(units[0]!);
    for (const byte of utf8.encode(text)) {
      if (byte === 0) return undefined;
      node ^= byte;
      const unit = units[node];
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
      node ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 1) return this.textAt((units[node] ?? 0) & 0x7fffffff);
    }
    return undefined;
  }

  private textAt(start: number): string {
    const end = this.texts.indexOf(0, start);
    return this.decoder.decode(this.texts.subarray(start, end < 0 ? this.texts.length : end));
  }
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
