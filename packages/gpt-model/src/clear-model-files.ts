import type { FileStore } from '@gptloom/core';

const marks = ['config.json', 'classifier.json'];
const tokenizerFiles = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
];
const indexFile = 'model.safetensors.index.json';

/** What of an older model may stay. */
export interface KeptFiles {
  /** Files of a new tokenizer that are written afterwards; empty where none is given. */
  readonly rewritten: ReadonlySet<string>;
  /** The tokenizer of the model that is saved, where the directory already has it and it is not given again. */
  readonly tokenizerFingerprint: string | undefined;
}

/**
 * Makes a directory that may hold an older model ready for a new one. First go the files without which no loader takes
 * it for a model, so that an interrupted save leaves no directory that mixes two; then what the older model has and the
 * new one has not. Only files of names that gptloom and transformers give are touched.
 */
export async function clearModelFiles(store: FileStore, kept: KeptFiles): Promise<void> {
  const dropsTokenizer = kept.rewritten.size > 0 || (await hasOtherTokenizer(store, kept.tokenizerFingerprint));
  for (const name of marks) await removeFile(store, name);
  const stale = [
    'classifier.safetensors',
    ...(dropsTokenizer ? tokenizerFiles : []),
    // Before their index: should this be interrupted, the next save still finds them.
    ...(await shardsOf(store)),
    indexFile,
  ];
  for (const name of stale) if (!kept.rewritten.has(name)) await removeFile(store, name);
}

// A directory of such a name is not ours, and removing it would remove all that it holds.
async function removeFile(store: FileStore, name: string): Promise<void> {
  if ((await store.size(name)) !== undefined) await store.remove(name);
}

// Whether the tokenizer that lies there is known to be another model's. One of unknown origin, such as that of a model
// from elsewhere which is fine-tuned in its directory, is the user's and stays.
async function hasOtherTokenizer(store: FileStore, fingerprint: string | undefined): Promise<boolean> {
  if ((await store.size('config.json')) === undefined) {
    // Weights without config.json are what an interrupted save leaves of an older model.
    return (await store.size('model.safetensors')) !== undefined || (await store.size(indexFile)) !== undefined;
  }
  const config = await readJson(store, 'config.json');
  const saved = (config as { gptloom?: { tokenizerFingerprint?: unknown } | null } | null)?.gptloom
    ?.tokenizerFingerprint;
  return saved !== undefined && saved !== fingerprint;
}

async function shardsOf(store: FileStore): Promise<string[]> {
  const index = await readJson(store, indexFile);
  const map = (index as { weight_map?: unknown } | null)?.weight_map;
  const names = typeof map === 'object' && map !== null ? Object.values(map as Record<string, unknown>) : [];
  return [...new Set(names)].filter(
    (name): name is string => typeof name === 'string' && /^model-\d+-of-\d+\.safetensors$/.test(name),
  );
}

// What is damaged is about to go: it says nothing, and stops nothing.
async function readJson(store: FileStore, name: string): Promise<unknown> {
  if ((await store.size(name)) === undefined) return undefined;
  const text = new TextDecoder().decode(await store.read(name));
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
