import { CheckpointError, fingerprint, type FileStore } from '@gptloom/core';
import { openSafetensors, writeSafetensors } from '@gptloom/formats';
import type { Configuration } from './configuration.ts';
import type { RunState } from '../loop/run-state.ts';

const formatVersion = 1;
const manifestName = 'manifest.json';

/** A float32 array to be saved: the array, or a function that reads it when its turn comes. */
export interface SavedArray {
  readonly shape: readonly number[];
  readonly read: () => Promise<Float32Array<ArrayBuffer>>;
}

/** The arrays of one file, by name. */
export type SavedArrays = ReadonlyMap<string, SavedArray>;

/** SHA-256 of every array, by file and name. */
export type Checksums = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Manifest {
  readonly format: 'gptloom-checkpoint';
  readonly version: number;
  readonly configuration: Configuration;
  readonly state: RunState;
  readonly checksums: Checksums;
}

/** A checkpoint is not whole; an older one may be. */
export class DamagedCheckpoint extends Error {}

/** A checkpoint that was read and found whole. */
export interface ReadCheckpoint {
  readonly configuration: Configuration;
  readonly state: RunState;
  readonly checksums: Checksums;
  /** The arrays of every file, by file and name. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, Float32Array>>;
}

async function checksum(values: Float32Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', values);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Writes a checkpoint into a directory of a store: each group of arrays as `<name>.safetensors`, at last the manifest
 * with their checksums. Without its manifest it does not exist, so it appears whole or not at all.
 *
 * @param present what is there already where this very checkpoint is known to be whole: files of the same names hold the
 *   same arrays, and are kept. It stays whole until the new manifest takes its place.
 * @returns the checksums of the files
 */
export async function writeCheckpoint(
  store: FileStore,
  path: string,
  content: { readonly configuration: Configuration; readonly state: RunState },
  files: Readonly<Record<string, SavedArrays>>,
  present?: Checksums,
): Promise<Checksums> {
  if (present === undefined) await removeCheckpoint(store, path);
  const checksums: Record<string, Readonly<Record<string, string>>> = {};
  for (const [file, arrays] of Object.entries(files)) {
    const known = present?.[file];
    const sums: Record<string, string> = { ...known };
    checksums[file] = sums;
    if (known !== undefined) continue;
    const sources = [...arrays].map(([name, { shape, read }]) => ({
      name,
      dtype: 'F32' as const,
      shape,
      data: async () => {
        const values = await read();
        sums[name] = await checksum(values);
        return values;
      },
    }));
    await writeSafetensors(store, `${path}/${file}.safetensors`, sources);
  }
  const manifest: Manifest = { format: 'gptloom-checkpoint', version: formatVersion, ...content, checksums };
  const text = JSON.stringify(manifest);
  // One line of digest, one of JSON: a manifest that was cut or changed is found out.
  await store.write(`${path}/${manifestName}`, new TextEncoder().encode(`${fingerprint(text)}\n${text}\n`));
  for (const file of Object.keys(present ?? {})) {
    if (checksums[file] === undefined) await store.remove(`${path}/${file}.safetensors`);
  }
  return checksums;
}

/** Removes a checkpoint, its manifest first: what is left after a crash is no checkpoint any more. */
export async function removeCheckpoint(store: FileStore, path: string): Promise<void> {
  await store.remove(`${path}/${manifestName}`);
  await store.remove(path);
}

/** Paths of all checkpoints in a store that have a manifest, newest first. */
export async function listCheckpoints(store: FileStore): Promise<string[]> {
  const manifests = (await store.list()).flatMap((path) => /^(step-\d+)\/manifest\.json$/.exec(path)?.[1] ?? []);
  return manifests.sort((a, b) => checkpointStep(b) - checkpointStep(a));
}

/** The name of the checkpoint of a step. */
export function checkpointPath(step: number): string {
  return `step-${String(step).padStart(8, '0')}`;
}

/** The step of a checkpoint's name. */
export function checkpointStep(path: string): number {
  return Number(path.slice('step-'.length));
}

/**
 * Reads the configuration and the state of a checkpoint, then all its arrays, and checks every checksum.
 *
 * @throws DamagedCheckpoint for one that is not whole, CheckpointError for one of another version of the format
 */
export async function readCheckpoint(store: FileStore, path: string): Promise<ReadCheckpoint> {
  const manifest = await readManifest(store, path);
  const files = new Map<string, ReadonlyMap<string, Float32Array>>();
  for (const [file, sums] of Object.entries(manifest.checksums)) {
    const arrays = new Map<string, Float32Array>();
    try {
      const reader = await openSafetensors(store, `${path}/${file}.safetensors`);
      for (const name of Object.keys(sums)) {
        const values = (await reader.readFloat32(name)).slice() as Float32Array<ArrayBuffer>;
        if ((await checksum(values)) !== sums[name])
          throw new DamagedCheckpoint(`'${name}' in ${file} has a wrong checksum`);
        arrays.set(name, values);
      }
    } catch (error) {
      throw error instanceof DamagedCheckpoint
        ? error
        : new DamagedCheckpoint(`${file} can not be read: ${String(error)}`);
    }
    files.set(file, arrays);
  }
  const { configuration, state, checksums } = manifest;
  return { configuration, state, checksums, files };
}

async function readManifest(store: FileStore, path: string): Promise<Manifest> {
  const [digest, text = ''] = new TextDecoder().decode(await store.read(`${path}/${manifestName}`)).split('\n');
  if (fingerprint(text) !== digest) throw new DamagedCheckpoint('its manifest has a wrong checksum');
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.version === formatVersion) return manifest;
  throw new CheckpointError({
    who: path,
    rule: `this version of gptloom reads checkpoints of format version ${formatVersion}`,
    received: `version ${manifest.version}`,
    suggestion: 'the version of gptloom that wrote it',
  });
}
