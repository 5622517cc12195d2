import { ConfigError, describeValue, FormatError } from '@gptloom/core';
import { bytesPerElement, dtypeRank, elementCount, isTensorDtype } from './tensor-data.ts';
import type { TensorDtype, TensorInfo } from './tensor-data.ts';
import { findDuplicateKey } from './find-duplicate-key.ts';

/** The longest header that the reference implementation accepts, in bytes. */
export const maxHeaderBytes = 100_000_000;

/** What stands before the tensors of a safetensors file. */
export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

/** Name, dtype and shape of a tensor that is to be written. */
export interface TensorDeclaration {
  /** Name, unique in the file; `__metadata__` is taken. */
  readonly name: string;
  /** The element type. */
  readonly dtype: TensorDtype;
  /** Sizes of the axes; empty for a single number. */
  readonly shape: readonly number[];
}

/**
 * The header's length, checked against the limit and the file before anything is read or allocated for it.
 *
 * @param prefix the first 8 bytes of the file
 */
export function headerLength(file: string, prefix: Uint8Array, fileSize: number): number {
  if (prefix.byteLength < 8) {
    throw new FormatError({ who: file, rule: 'a safetensors file has at least 8 bytes', received: `${fileSize}` });
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, 8);
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  if (length > maxHeaderBytes || length > fileSize - 8) {
    throw new FormatError({
      who: file,
      rule: `the header, whose length is in bytes 0 to 7, must fit the file and ${maxHeaderBytes} bytes`,
      received: `a header of ${length} bytes in a file of ${fileSize}`,
      suggestion: 'check that this is a safetensors file and was copied whole',
    });
  }
  return length;
}

function parseObject(file: string, bytes: Uint8Array): Record<string, unknown> {
  let parsed: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new FormatError({
      who: file,
      rule: 'the header (from byte 8) must be JSON in UTF-8',
      received: cause instanceof Error ? cause.message : describeValue(cause),
      cause,
    });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new FormatError({ who: file, rule: 'the header must be a JSON object', received: describeValue(parsed) });
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) {
    throw new FormatError({ who: file, rule: `the header must not name '${duplicate}' twice in one object` });
  }
  return parsed as Record<string, unknown>;
}

function parseMetadata(file: string, value: unknown): ReadonlyMap<string, string> {
  if (value === null) return new Map();
  const entries: [string, unknown][] = typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [];
  if (typeof value !== 'object' || Array.isArray(value) || entries.some(([, text]) => typeof text !== 'string')) {
    throw new FormatError({
      who: file,
      rule: '__metadata__ must be an object of strings',
      received: describeValue(value),
    });
  }
  return new Map(entries as [string, string][]);
}

function parseInfo(file: string, name: string, value: unknown, dataStart: number, dataBytes: number): TensorInfo {
  const fail = (rule: string, received: unknown): FormatError =>
    new FormatError({ who: file, rule: `tensor '${name}': ${rule}`, received: describeValue(received) });
  if (typeof value !== 'object' || value === null) throw fail('must be described by an object', value);
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (!isTensorDtype(dtype)) throw fail(`dtype must be one of ${[...dtypeRank.keys()].join(', ')}`, dtype);
  const count = elementCount(shape);
  if (count === undefined) throw fail('shape must be an array of non-negative integers with a safe product', shape);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(Number.isSafeInteger)) {
    throw fail('data_offsets must be two integers', offsets);
  }
  const [begin, end] = offsets as [number, number];
  if (begin < 0 || begin > end || end > dataBytes) {
    throw fail(`data_offsets must lie in order within the ${dataBytes} bytes of data`, offsets);
  }
  if (end - begin !== count * bytesPerElement(dtype)) {
    throw fail(`dtype ${dtype} and shape [${String(shape)}] need ${count * bytesPerElement(dtype)} bytes`, end - begin);
  }
  return { dtype, shape: shape as number[], byteRange: [dataStart + begin, dataStart + end] };
}

/** Reads and checks a header: every tensor fits its shape, and together they cover the data without hole or overlap. */
export function parseHeader(file: string, bytes: Uint8Array, fileSize: number): SafetensorsHeader {
  const { __metadata__: metadata = null, ...described } = parseObject(file, bytes);
  const dataStart = 8 + bytes.byteLength;
  const tensors = new Map<string, TensorInfo>();
  for (const [name, value] of Object.entries(described)) {
    tensors.set(name, parseInfo(file, name, value, dataStart, fileSize - dataStart));
  }
  const inOrder = [...tensors].sort(
    ([, a], [, b]) => a.byteRange[0] - b.byteRange[0] || a.byteRange[1] - b.byteRange[1],
  );
  let covered = dataStart;
  for (const [name, { byteRange }] of inOrder) {
    if (byteRange[0] !== covered) {
      throw new FormatError({
        who: file,
        rule: `tensor '${name}' must begin where the one before it ends, at byte ${covered}`,
        received: `byte ${byteRange[0]}: ${byteRange[0] < covered ? 'an overlap' : 'a hole'}`,
      });
    }
    covered = byteRange[1];
  }
  if (covered !== fileSize) {
    throw new FormatError({
      who: file,
      rule: `the tensors must cover the file to its end at byte ${fileSize}`,
      received: `an end at byte ${covered}`,
    });
  }
  return { metadata: parseMetadata(file, metadata), tensors };
}

/** Compares as UTF-8 bytes do, which is by code points; JavaScript's own order is by UTF-16 units. */
function compareCodePoints(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    // Lone surrogates are refused before, so units differ like code points once surrogates are lifted above all else.
    if (x !== y) return (x >= 0xd800 && x < 0xe000 ? x + 0x10000 : x) - (y >= 0xd800 && y < 0xe000 ? y + 0x10000 : y);
  }
  return a.length - b.length;
}

/** Tensors in the order of the file: widest dtype first, which keeps each aligned to its size, then by name. */
export function inFileOrder<T extends TensorDeclaration>(tensors: Iterable<T>): T[] {
  return [...tensors].sort(
    (a, b) => dtypeRank.get(b.dtype)! - dtypeRank.get(a.dtype)! || compareCodePoints(a.name, b.name),
  );
}

const loneSurrogate = /\p{Surrogate}/u;

function refuse(who: string, rule: string, received?: string): never {
  throw new ConfigError({ who, rule, received });
}

/** The first bytes of a file: length and header, padded with spaces to a multiple of 8. `ordered` is in file order. */
export function encodeHeader(
  who: string,
  ordered: readonly TensorDeclaration[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const parts: string[] = [];
  const metadataKeys = Object.keys(metadata).sort(compareCodePoints);
  if (metadataKeys.length > 0) {
    const pairs = metadataKeys.map((key) => {
      const value: unknown = metadata[key];
      if (typeof value !== 'string' || loneSurrogate.test(key + value)) {
        refuse(who, `metadata '${key}' must be well-formed text`, describeValue(value));
      }
      return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
    });
    parts.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  const names = new Set<string>();
  let offset = 0;
  for (const { name, dtype, shape } of ordered) {
    if (typeof name !== 'string' || name === '__metadata__' || loneSurrogate.test(name)) {
      refuse(who, 'a tensor name must be well-formed text other than __metadata__', describeValue(name));
    }
    if (names.has(name)) refuse(who, 'tensor names must be unique', describeValue(name));
    names.add(name);
    if (!isTensorDtype(dtype)) refuse(who, `'${name}' must have a known dtype`, describeValue(dtype));
    const count = elementCount(shape);
    if (count === undefined) refuse(who, `'${name}' must have a shape of non-negative integers`, describeValue(shape));
    const end = offset + count * bytesPerElement(dtype);
    parts.push(
      `${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape.join(',')}],"data_offsets":[${offset},${end}]}`,
    );
    offset = end;
  }
  const json = new TextEncoder().encode(`{${parts.join(',')}}`);
  const padded = Math.ceil(json.byteLength / 8) * 8;
  if (padded > maxHeaderBytes) refuse(who, `the header must fit ${maxHeaderBytes} bytes`, `${padded} bytes`);
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  return bytes;
}
