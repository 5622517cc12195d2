import { describeValue, FormatError, ShapeError } from '@gptloom/core';
import type { FileStore } from '@gptloom/core';
import { headerLength, parseHeader } from './safetensors-header.ts';
import { toFloat32 } from './to-float32.ts';
import { viewBytes } from './tensor-data.ts';
import type { TensorData, TensorInfo } from './tensor-data.ts';

/** Named tensors of which only the descriptions are in memory: reading one reads its bytes alone. */
export interface TensorReader {
  /** Free text that the file carries, by key. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Dtype, shape and place of every tensor, by name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /**
   * One tensor, as it is in the file. The array belongs to the caller.
   *
   * @throws ShapeError where there is no tensor of that name
   * @throws FormatError where the file has become shorter since it was opened
   */
  read(name: string): Promise<TensorData>;
  /** One tensor as float32; see {@link toFloat32} for what is converted. */
  readFloat32(name: string): Promise<Float32Array>;
}

/** The error for a name that is not among the tensors; says which names are near. */
export function noSuchTensor(who: string, name: string, tensors: ReadonlyMap<string, TensorInfo>): ShapeError {
  const last = typeof name === 'string' ? name.split('.').at(-1)! : '';
  const near = [...tensors.keys()].filter((known) => known.includes(last)).slice(0, 3);
  return new ShapeError({
    who,
    rule: 'a tensor that is read must be in the file',
    received: describeValue(name),
    suggestion: near.length === 0 ? `one of its ${tensors.size} tensors` : near.join(', '),
  });
}

/**
 * Opens a safetensors file: reads and checks its header, and nothing more. Memory stays at the header and the tensor
 * being read, whatever the size of the file.
 *
 * Format: the safetensors reference implementation (huggingface/safetensors): 8 bytes of header length (unsigned,
 * little-endian), a JSON header with `dtype`, `shape` and `data_offsets` of each tensor, then the tensors' bytes.
 *
 * @param store where the file is
 * @param path its path in the store, for example `model.safetensors`
 * @throws FormatError for a header that is longer than the file or than 100 MB, is no JSON, names a tensor twice,
 *   has an unknown dtype, or describes tensors that do not fit their bytes, overlap, or leave a hole
 * @throws ConfigError where there is no such file
 */
export async function openSafetensors(store: FileStore, path: string): Promise<TensorReader> {
  // Reading before asking for the size, so that a missing file gets the store's own message.
  const prefix = await store.read(path, { offset: 0, length: 8 });
  const fileSize = (await store.size(path)) ?? prefix.byteLength;
  const length = headerLength(path, prefix, fileSize);
  const { metadata, tensors } = parseHeader(path, await store.read(path, { offset: 8, length }), fileSize);

  const read = async (name: string): Promise<TensorData> => {
    const info = tensors.get(name);
    if (info === undefined) throw noSuchTensor(path, name, tensors);
    const [begin, end] = info.byteRange;
    const bytes = await store.read(path, { offset: begin, length: end - begin });
    if (bytes.byteLength !== end - begin) {
      throw new FormatError({
        who: path,
        rule: `tensor '${name}' must have ${end - begin} bytes`,
        received: `${bytes.byteLength}: the file became shorter while it was open`,
      });
    }
    return viewBytes(info.dtype, info.shape, bytes);
  };
  return { metadata, tensors, read, readFloat32: async (name) => toFloat32(await read(name)) };
}
