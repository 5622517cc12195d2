import { check, checkOptions } from '@gptloom/core';
import type { FileStore } from '@gptloom/core';
import { encodeHeader, inFileOrder } from './safetensors-header.ts';
import type { TensorDeclaration } from './safetensors-header.ts';
import { checkTensorData } from './tensor-data.ts';
import type { TensorArrays, TensorData, TensorDtype } from './tensor-data.ts';

/** A tensor to be written: its description now, its elements when their turn comes. */
export type TensorSource<D extends TensorDtype = TensorDtype> = {
  [K in D]: TensorDeclaration & {
    /** The element type. */
    readonly dtype: K;
    /** The elements, row-major, or a function that gives them; it is called once, when the writer gets there. */
    readonly data: TensorArrays[K] | (() => TensorArrays[K] | Promise<TensorArrays[K]>);
  };
}[D];

/** Options of {@link writeSafetensors} and {@link encodeSafetensors}. */
export interface SafetensorsOptions {
  /** Free text to carry, by key; transformers wants `{ format: 'pt' }`. Default none. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

function bytesOf(data: TensorArrays[TensorDtype]): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function checkDoor(who: string, options: SafetensorsOptions): void {
  checkOptions<SafetensorsOptions>(who, options, { metadata: check.optional(check.object) });
}

/**
 * Writes a safetensors file, byte for byte as the reference implementation does: the widest dtypes first, then by name,
 * header padded with spaces to a multiple of 8 bytes. (Metadata keys are sorted; the reference leaves their order to
 * chance.) Elements given as functions are asked for one tensor at a time, so memory stays at the largest tensor. The
 * file appears whole or not at all.
 *
 * @param store where to write
 * @param path the file's path in the store
 * @param tensors in any order
 * @throws ConfigError for a name that is taken twice or an unknown dtype
 * @throws ShapeError for elements that do not fit their dtype or shape
 */
export async function writeSafetensors(
  store: FileStore,
  path: string,
  tensors: Iterable<TensorSource>,
  options: SafetensorsOptions = {},
): Promise<void> {
  const who = 'writeSafetensors';
  checkDoor(who, options);
  const ordered = inFileOrder(tensors);
  const header = encodeHeader(who, ordered, options.metadata ?? {});
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield header;
    for (const { name, dtype, shape, data } of ordered) {
      const tensor = { dtype, shape, data: typeof data === 'function' ? await data() : data } as TensorData;
      checkTensorData(who, name, tensor);
      yield bytesOf(tensor.data);
    }
  }
  await store.write(path, chunks());
}

/**
 * The bytes of a safetensors file with these tensors, as {@link writeSafetensors} writes them.
 *
 * @param tensors by name, in any order
 * @throws ConfigError for an unknown dtype or a name that can not be used
 * @throws ShapeError for elements that do not fit their dtype or shape
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, TensorData>> | ReadonlyMap<string, TensorData>,
  options: SafetensorsOptions = {},
): Uint8Array<ArrayBuffer> {
  const who = 'encodeSafetensors';
  checkDoor(who, options);
  const entries = tensors instanceof Map ? [...tensors] : Object.entries(tensors as Record<string, TensorData>);
  const ordered = inFileOrder(entries.map(([name, tensor]) => ({ ...tensor, name })));
  const header = encodeHeader(who, ordered, options.metadata ?? {});
  for (const tensor of ordered) checkTensorData(who, tensor.name, tensor);
  const bytes = new Uint8Array(ordered.reduce((sum, { data }) => sum + data.byteLength, header.byteLength));
  bytes.set(header);
  let at = header.byteLength;
  for (const { data } of ordered) {
    bytes.set(bytesOf(data), at);
    at += data.byteLength;
  }
  return bytes;
}
