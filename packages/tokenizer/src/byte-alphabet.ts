/*
 * GPT-2 writes each byte as one printable character, so that tokens can stand in JSON: printable Latin-1 bytes are
 * themselves, the others follow from U+0100 on. A space is `Ġ`, a newline `Ċ`.
 * Source: openai/gpt-2 encoder.py, `bytes_to_unicode`; huggingface/tokenizers `ByteLevel`.
 */

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

function codesOfBytes(): Uint16Array {
  let next = 0x100;
  return Uint16Array.from({ length: 256 }, (_, byte) => (isPrintable(byte) ? byte : next++));
}

function bytesOfCodes(): Int16Array {
  const bytes = new Int16Array(0x144).fill(-1);
  codeOfByte.forEach((code, byte) => (bytes[code] = byte));
  return bytes;
}

function bytesByCode(): Uint8Array {
  return Uint8Array.from(byteOfCode.filter((byte) => byte >= 0));
}

const codeOfByte = /* @__PURE__ */ codesOfBytes();
const byteOfCode = /* @__PURE__ */ bytesOfCodes();

/** The 256 bytes in the order of their characters, which is the order of their token ids in a trained vocabulary. */
export const alphabetOrder: Uint8Array = /* @__PURE__ */ bytesByCode();

/** Bytes as text in the byte alphabet, one character each. */
export function bytesToSymbols(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(codeOfByte[byte]!);
  return text;
}

/** The bytes that a text in the byte alphabet stands for, or `undefined` where a character is not of the alphabet. */
export function symbolsToBytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = byteOfCode[text.charCodeAt(i)] ?? -1;
    if (byte < 0) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}
