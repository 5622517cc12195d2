import * as tf from '@tensorflow/tfjs';
import { appendTokens } from '@gptloom/ops';

/** Which columns of a forward pass are real tokens. */
export interface CachePassOptions {
  /** Real tokens of each row, `[batch]`. */
  readonly counts: readonly number[];
  /** The side on which the other columns are. Default `'right'`. */
  readonly padding?: 'left' | 'right' | undefined;
}

/** Where the new tokens of one pass go, the same for every module; it owns the tensors until `dispose`. */
export interface CachePass {
  readonly batch: number;
  readonly time: number;
  readonly lengths: readonly number[];
  readonly counts: readonly number[];
  readonly keyLengths: tf.Tensor1D | undefined;
  readonly queryPositions: tf.Tensor2D | undefined;
  /** Old keys or values and the new ones, in their slots; the caller keeps and disposes the result. */
  place(old: tf.Tensor4D | undefined, added: tf.Tensor4D): tf.Tensor4D;
  dispose(): void;
}

/** What is stored of the first tokens: a pass that failed, or padding of an earlier pass, may have left more slots than are taken. */
export function firstSlots(stored: tf.Tensor4D, count: number): tf.Tensor4D {
  return stored.shape[1] === count ? stored : tf.slice(stored, [0, 0, 0, 0], [-1, count, -1, -1]);
}

/** Plans a pass from host numbers alone, so that no device has to be asked. */
export function planCachePass(shape: {
  readonly batch: number;
  readonly time: number;
  readonly lengths: readonly number[];
  readonly counts: readonly number[];
  readonly padding: 'left' | 'right';
  /** Tokens that a row can hold. */
  readonly capacity: number;
}): CachePass {
  const { batch, time, lengths, counts, padding, capacity } = shape;
  const first = lengths[0]!;
  if (lengths.every((length) => length === first) && counts.every((count) => count === time)) {
    let queryPositions: tf.Tensor2D | undefined;
    return {
      ...shape,
      keyLengths: undefined,
      get queryPositions() {
        if (first === 0) return undefined;
        const slots = (): Int32Array => Int32Array.from({ length: batch * time }, (_, i) => first + (i % time));
        // Made when first asked for: `KeyValueCache.attend` does without.
        return (queryPositions ??= tf.tidy(() => tf.keep(tf.tensor2d(slots(), [batch, time], 'int32'))));
      },
      place: (old, added) =>
        old === undefined || first === 0 ? tf.clone(added) : appendTokens(firstSlots(old, first), added, { capacity }),
      dispose: () => queryPositions?.dispose(),
    };
  }

  const ends = lengths.map((length, row) => length + counts[row]!);
  // A pass in which no row has a token still needs a slot to look at.
  const slots = Math.max(1, ...ends);
  const starts = counts.map((count) => (padding === 'left' ? time - count : 0));
  const positions = new Int32Array(batch * time);
  for (let row = 0; row < batch; row++) {
    for (let column = 0; column < time; column++) {
      const place = Math.min(Math.max(column - starts[row]!, 0), Math.max(counts[row]! - 1, 0));
      positions[row * time + column] = Math.min(lengths[row]! + place, slots - 1);
    }
  }
  const sources = new Map<number, tf.Tensor1D>();
  /** Rows of `concat(old, added)`, both flattened to tokens, that fill the slots. */
  const sourceOf = (oldSlots: number): tf.Tensor1D => {
    const found = sources.get(oldSlots);
    if (found !== undefined) return found;
    const source = new Int32Array(batch * slots);
    for (let row = 0; row < batch; row++) {
      for (let slot = 0; slot < slots; slot++) {
        const column = slot - lengths[row]! + starts[row]!;
        // Slots past a row's end repeat a new token: finite numbers, hidden by keyLengths.
        const added = batch * oldSlots + row * time + Math.min(column, time - 1);
        source[row * slots + slot] = slot < lengths[row]! ? row * oldSlots + slot : added;
      }
    }
    const tensor = tf.tidy(() => tf.keep(tf.tensor1d(source, 'int32')));
    sources.set(oldSlots, tensor);
    return tensor;
  };
  const keyLengths = tf.tidy(() =>
    tf.keep(
      tf.tensor1d(
        ends.map((end) => Math.max(1, end)),
        'int32',
      ),
    ),
  );
  const queryPositions = tf.tidy(() => tf.keep(tf.tensor2d(positions, [batch, time], 'int32')));
  return {
    ...shape,
    keyLengths,
    queryPositions,
    place(old, added) {
      const [, , heads, headDim] = added.shape;
      const oldSlots = old?.shape[1] ?? 0;
      const tokens = tf.reshape(added, [batch * time, heads * headDim]);
      const all =
        old === undefined ? tokens : tf.concat([tf.reshape(old, [batch * oldSlots, heads * headDim]), tokens], 0);
      return tf.reshape(tf.gather(all, sourceOf(oldSlots)), [batch, slots, heads, headDim]);
    },
    dispose() {
      tf.dispose([keyLengths, queryPositions, ...sources.values()]);
    },
  };
}
