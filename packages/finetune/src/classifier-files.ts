import { ConfigError, describeValue, FormatError, type FileStore } from '@gptloom/core';
import { openSafetensors, writeSafetensors } from '@gptloom/formats';

const weightFile = 'classifier.safetensors';
const labelFile = 'classifier.json';
const weightName = 'head.weight';

/** A classifier's own part of a model directory. */
export interface ClassifierHead {
  readonly labels: readonly string[];
  /** `[labels, embedDim]`, row-major. */
  readonly weight: Float32Array;
}

/**
 * Writes the head beside the language model. `GptModel.save` removes the labels of an older classifier first and they
 * are written last, so that an interrupted save is no classifier.
 */
export async function writeClassifierHead(store: FileStore, { labels, weight }: ClassifierHead): Promise<void> {
  const shape = [labels.length, weight.length / labels.length];
  await writeSafetensors(store, weightFile, [{ name: weightName, dtype: 'F32', shape, data: weight }]);
  await store.write(labelFile, new TextEncoder().encode(`${JSON.stringify({ labels }, undefined, 2)}\n`));
}

/** Reads the labels of a directory that `SequenceClassifier.save` wrote. */
export async function readClassifierLabels(store: FileStore): Promise<readonly string[]> {
  if ((await store.size(labelFile)) === undefined) {
    throw new ConfigError({
      who: 'SequenceClassifier.fromPretrained',
      rule: `a classifier's directory must hold ${labelFile}`,
      received: `${store.description} without it`,
      suggestion: 'for a language model without classes use GptModel.fromPretrained',
    });
  }
  const text = new TextDecoder().decode(await store.read(labelFile));
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (cause) {
    throw new FormatError({ who: labelFile, rule: 'must be JSON', received: describeValue(text), cause });
  }
  const labels = (file as { labels?: unknown } | null)?.labels;
  if (Array.isArray(labels) && labels.every((label) => typeof label === 'string')) return labels;
  throw new FormatError({
    who: labelFile,
    rule: 'must hold an array of strings, labels',
    received: describeValue(labels),
  });
}

/** Reads the head's weight, which must have `shape`. */
export async function readClassifierWeight(store: FileStore, shape: readonly number[]): Promise<Float32Array> {
  const file = await openSafetensors(store, weightFile);
  const found = file.tensors.get(weightName)?.shape;
  if (found?.join() === shape.join()) {
    const weight = await file.readFloat32(weightName);
    const at = weight.findIndex((value) => !Number.isFinite(value));
    if (at < 0) return weight;
    throw new FormatError({
      who: weightFile,
      rule: 'every weight must be a finite number',
      received: `${weight[at]} in ${weightName} at [${Math.floor(at / shape[1]!)}, ${at % shape[1]!}]`,
    });
  }
  throw new FormatError({
    who: weightFile,
    rule: `must hold ${weightName} of shape [${shape.join(', ')}]`,
    received: found === undefined ? 'no such tensor' : `shape [${found.join(', ')}]`,
  });
}
