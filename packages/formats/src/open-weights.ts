import { ConfigError, describeValue, FormatError } from '@gptloom/core';
import type { FileStore } from '@gptloom/core';
import { findDuplicateKey } from './find-duplicate-key.ts';
import { noSuchTensor, openSafetensors } from './open-safetensors.ts';
import type { TensorReader } from './open-safetensors.ts';
import type { TensorInfo } from './tensor-data.ts';

const singleFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';

async function readWeightMap(store: FileStore): Promise<Map<string, string>> {
  const fail = (rule: string, received: string, cause?: unknown): FormatError =>
    new FormatError({ who: indexFile, rule, received, cause });
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await store.read(indexFile));
    parsed = JSON.parse(text);
  } catch (cause) {
    throw fail('must be JSON in UTF-8', cause instanceof Error ? cause.message : describeValue(cause), cause);
  }
  const weightMap: unknown = (parsed as { weight_map?: unknown } | null)?.weight_map;
  if (typeof weightMap !== 'object' || weightMap === null || Array.isArray(weightMap)) {
    throw fail('must have an object weight_map', describeValue(weightMap));
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) throw fail('must not name a tensor twice', describeValue(duplicate));
  const shards = new Map<string, string>();
  for (const [name, file] of Object.entries(weightMap as Record<string, unknown>)) {
    // A name from a downloaded file must not lead out of its directory.
    if (typeof file !== 'string' || !/^[^/\\:]+\.safetensors$/.test(file)) {
      throw fail(`weight_map must give '${name}' a .safetensors file of the same directory`, describeValue(file));
    }
    shards.set(name, file);
  }
  return shards;
}

async function openShards(store: FileStore): Promise<TensorReader> {
  const shardOf = await readWeightMap(store);
  const readers = new Map<string, TensorReader>();
  const metadata = new Map<string, string>();
  for (const file of new Set(shardOf.values())) {
    const reader = await openSafetensors(store, file);
    readers.set(file, reader);
    for (const [key, value] of reader.metadata) metadata.set(key, value);
  }
  const tensors = new Map<string, TensorInfo>();
  for (const [name, file] of shardOf) {
    const info = readers.get(file)!.tensors.get(name);
    if (info === undefined) {
      throw new FormatError({ who: indexFile, rule: `'${name}' must be in ${file}`, received: 'a file without it' });
    }
    tensors.set(name, info);
  }
  const readerOf = (name: string): TensorReader => {
    const file = shardOf.get(name);
    if (file === undefined) throw noSuchTensor(indexFile, name, tensors);
    return readers.get(file)!;
  };
  return {
    metadata,
    tensors,
    read: async (name) => readerOf(name).read(name),
    readFloat32: async (name) => readerOf(name).readFloat32(name),
  };
}

/**
 * Opens the weights of a Hugging Face style directory: `model.safetensors`, or the shards that
 * `model.safetensors.index.json` lists. Only headers are read; the byte range of a tensor counts within its shard.
 *
 * @param store the directory
 * @throws ConfigError where there is neither of the two files
 * @throws FormatError for a damaged file, an index that names a tensor its shard lacks, or one that leads elsewhere
 */
export async function openWeights(store: FileStore): Promise<TensorReader> {
  if ((await store.size(singleFile)) !== undefined) return openSafetensors(store, singleFile);
  if ((await store.size(indexFile)) !== undefined) return openShards(store);
  const files = await store.list();
  throw new ConfigError({
    who: 'openWeights',
    rule: `${store.description} must hold ${singleFile} or ${indexFile}`,
    received: files.length === 0 ? 'no files' : files.slice(0, 5).join(', '),
    suggestion: 'check the directory; weights in another format must be converted to safetensors first',
  });
}
