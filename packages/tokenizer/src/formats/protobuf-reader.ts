/** One field of a protobuf message: a number for varints and fixed sizes, bytes for everything with a length. */
export interface ProtobufField {
  readonly number: number;
  readonly value: number | Uint8Array;
  /** Where in the file the field begins. */
  readonly offset: number;
}

/**
 * The fields of a protobuf message in the order of the file. Numbers of 64 bits keep what a float64 holds; `float`
 * fields come as their value.
 *
 * Source: protobuf.dev, "Encoding".
 *
 * @param offset where the message begins in the file, for messages
 * @param fail is called where the bytes end too early or hold something else; must throw
 */
export function* protobufFields(
  bytes: Uint8Array,
  offset: number,
  fail: (rule: string, offset: number) => never,
): Generator<ProtobufField, void, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++] ?? fail('a number must not end early', offset + at);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return fail('a number must have at most 10 bytes', offset + at);
  };
  const take = (length: number): number => {
    const start = at;
    if (length > bytes.length - at) fail(`a field of ${length} bytes must not go beyond the end`, offset + at);
    at += length;
    return start;
  };
  while (at < bytes.length) {
    const start = offset + at;
    const key = varint();
    const number = Math.floor(key / 8);
    const kind = key % 8;
    if (number === 0 || number >= 2 ** 29) fail('a field must have a number from 1 to 2^29', start);
    if (kind === 0) yield { number, value: varint(), offset: start };
    else if (kind === 1) yield { number, value: view.getFloat64(take(8), true), offset: start };
    else if (kind === 5) yield { number, value: view.getFloat32(take(4), true), offset: start };
    else if (kind === 2) {
      const length = varint();
      const from = take(length);
      yield { number, value: bytes.subarray(from, at), offset: offset + from };
    } else fail(`a field must be of kind 0, 1, 2 or 5, not ${kind}`, start);
  }
}
