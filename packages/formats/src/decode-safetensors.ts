import { headerLength, parseHeader } from './safetensors-header.ts';
import { viewBytes } from './tensor-data.ts';
import type { TensorData } from './tensor-data.ts';

/** The content of a safetensors file that is in memory. */
export interface DecodedSafetensors {
  /** Free text that the file carries, by key. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The tensors by name, in the order of the header. Their arrays share the memory of the given bytes where alignment allows. */
  readonly tensors: ReadonlyMap<string, TensorData>;
}

/**
 * The tensors in the bytes of a safetensors file. For files use `openSafetensors`, which reads one tensor at a time.
 *
 * @throws FormatError where the bytes do not follow the format
 */
export function decodeSafetensors(bytes: Uint8Array): DecodedSafetensors {
  const who = 'decodeSafetensors';
  const length = headerLength(who, bytes.subarray(0, 8), bytes.byteLength);
  const header = parseHeader(who, bytes.subarray(8, 8 + length), bytes.byteLength);
  const tensors = new Map<string, TensorData>();
  for (const [name, { dtype, shape, byteRange }] of header.tensors) {
    tensors.set(name, viewBytes(dtype, shape, bytes.subarray(...byteRange)));
  }
  return { metadata: header.metadata, tensors };
}
