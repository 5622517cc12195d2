import * as tf from '@tensorflow/tfjs';
import { check, checkOptions, ConfigError, DisposedError, ShapeError } from '@gptloom/core';
import { cachedAttention, type CachedAttentionOptions, type KeysAndValues } from '@gptloom/ops';
import type { AnyModule } from './module.ts';
import { firstSlots, planCachePass, type CachePass, type CachePassOptions } from './cache-pass.ts';

/** How a cache is made. */
export interface KeyValueCacheOptions {
  /** Tokens that a row can hold. */
  readonly capacity: number;
}

/** What attention needs after new keys and values were appended. The tensors belong to the cache. */
export interface CachedKeyValue {
  /** Keys of all tokens so far: `[batch, keyTime, kvHeads, headDim]` float32. Valid until the next append. */
  readonly key: tf.Tensor4D;
  /** Values of all tokens so far, of the shape of `key`. */
  readonly value: tf.Tensor4D;
  /** int32 `[batch]`: slots of each row that hold real tokens; absent when all of them do. */
  readonly keyLengths: tf.Tensor1D | undefined;
  /** int32 `[batch, time]`: slot of each new token; absent in a first pass without padding, where it is the column. */
  readonly queryPositions: tf.Tensor2D | undefined;
}

/**
 * Keys and values of earlier tokens, so that generation computes each token once. The caller makes it, hands it to
 * forward passes in their context, advances it after each pass, and disposes it. Each attention module gets storage of its
 * own on its first pass. Several caches (streams) can share one model.
 *
 * Row `b` holds `lengths[b]` tokens in the slots `0 ... lengths[b] - 1`, without holes: the new tokens of a pass go to the
 * slots `lengths[b], lengths[b] + 1, ...` of each row, so rows of different lengths grow side by side, and a token's slot
 * is its place in its row. One pass over `[batch, time]` tokens is:
 *
 * 1. `cache.startPass({ counts, padding })` where rows are padded: how many of the `time` columns of each row are real,
 *    and on which side the padding is. It may be left out when every column is real, or for padding on the right when
 *    nothing is computed from padding columns and `advance` is given the counts.
 * 2. The forward pass with `positions[b][t]` = `lengths[b] + t` in its context (for padding on the left, less the row's
 *    padding, and 0 in the padding itself). Outputs in padding columns mean nothing.
 * 3. `cache.advance()`, or `advance(counts)`, once.
 *
 * The numbers are those of a pass without a cache over each row alone.
 *
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { createForwardContext, initialize, KeyValueCache, SelfAttention } from '@gptloom/layers';
 *
 * const attention = new SelfAttention({ embedDim: 8, numHeads: 2 });
 * initialize(attention, { seed: 1 });
 * const cache = new KeyValueCache({ capacity: 16 });
 * const pass = (x: tf.Tensor3D, positions: number[][]) =>
 *   tf.tidy(() => attention.forward(x, createForwardContext(attention, { positions: tf.tensor2d(positions, undefined, 'int32'), cache })));
 *
 * cache.startPass({ counts: [3, 2] }); // prompts of 3 and 2 tokens, padded to 3 columns on the right
 * pass(tf.ones([2, 3, 8]), [[0, 1, 2], [0, 1, 2]]);
 * cache.advance(); // cache.lengths is [3, 2]
 * pass(tf.ones([2, 1, 8]), [[3], [2]]); // one more token in each row
 * cache.advance();
 * cache.dispose();
 * ```
 */
export class KeyValueCache {
  /** Tokens that a row can hold. */
  readonly capacity: number;
  private readonly storage = new Map<AnyModule, KeysAndValues>();
  private readonly appended = new Set<AnyModule>();
  private rowLengths: number[] = [];
  private declared: CachePassOptions | undefined;
  private pass: CachePass | undefined;
  private disposed = false;

  /** Makes an empty cache; it takes memory as tokens arrive. */
  constructor(options: KeyValueCacheOptions) {
    checkOptions('KeyValueCache', options, { capacity: check.positiveInteger });
    this.capacity = options.capacity;
  }

  /** Tokens in each row; empty before the first pass. */
  get lengths(): readonly number[] {
    return this.rowLengths;
  }

  /**
   * Declares the real columns of the pass that follows, and forgets a pass that was not finished.
   *
   * @throws ConfigError where a row would hold more than `capacity` tokens, or the number of rows changes
   */
  startPass(options: CachePassOptions): void {
    this.assertLive();
    checkOptions('KeyValueCache.startPass', options, {
      counts: check.array,
      padding: check.optional(check.oneOf('left', 'right')),
    });
    this.checkCounts(options.counts);
    this.endPass();
    this.declared = { counts: [...options.counts], padding: options.padding };
  }

  /**
   * Adds the keys and values of one module for the new tokens, `[batch, time, kvHeads, headDim]` float32 each, which stay
   * the caller's. Called by attention layers.
   *
   * @throws ConfigError where a row overflows, or the module appends twice before `advance`; ShapeError for another
   * batch than before; DisposedError after `dispose`
   */
  append(module: AnyModule, key: tf.Tensor4D, value: tf.Tensor4D): CachedKeyValue {
    const [batch, time] = key.shape;
    const pass = this.passFor(module, batch, time);
    if (batch !== pass.batch || time !== pass.time || value.shape.some((size, i) => i < 3 && size !== key.shape[i])) {
      throw new ShapeError({
        who: 'KeyValueCache',
        rule: `keys and values of this pass must have shape [${pass.batch}, ${pass.time}, kvHeads, headDim]`,
        received: `[${key.shape.join(', ')}] and [${value.shape.join(', ')}]`,
      });
    }
    const old = this.storedOf(module, pass);
    const stored = tf.tidy(() => ({ key: pass.place(old?.key, key), value: pass.place(old?.value, value) }));
    this.store(module, stored);
    return { ...stored, keyLengths: pass.keyLengths, queryPositions: pass.queryPositions };
  }

  /** Whether rows of equal length grow by all of the `time` columns of the next pass: then `attend` may take the place of `append`. */
  isEven(time: number): boolean {
    const [first] = this.rowLengths;
    const full = this.declared?.counts.every((count) => count === time) ?? true;
    return full && this.rowLengths.every((length) => length === first);
  }

  /**
   * `append` and the causal attention of the new tokens in one, where `isEven` holds and queries, keys and values come from one
   * projection; see `cachedAttention` of `@gptloom/ops`. Called by attention layers.
   *
   * @param queryKeyValue float32 `[batch, time, (heads + 2 kvHeads) headDim]`, which stays the caller's
   * @returns what the heads give, float32 `[batch, time or 1, heads headDim]`; the caller disposes it
   * @throws ConfigError, ShapeError and DisposedError as `append`
   */
  attend(
    module: AnyModule,
    queryKeyValue: tf.Tensor3D,
    options: Omit<CachedAttentionOptions, 'capacity'>,
  ): tf.Tensor3D {
    const [batch, time] = queryKeyValue.shape;
    const pass = this.passFor(module, batch, time);
    const even = pass.keyLengths === undefined;
    if (batch !== pass.batch || time !== pass.time || !even) {
      throw new ShapeError({
        who: 'KeyValueCache',
        rule: even
          ? `queryKeyValue of this pass must have shape [${pass.batch}, ${pass.time}, (heads + 2 kvHeads) headDim]`
          : 'attend() is for rows of equal length without padding; append() takes others',
        received: `[${queryKeyValue.shape.join(', ')}]`,
      });
    }
    const old = this.storedOf(module, pass);
    const earlier = pass.lengths[0]!;
    const { mixed, key, value } = tf.tidy(() => {
      const before =
        old === undefined || earlier === 0
          ? undefined
          : { key: firstSlots(old.key, earlier), value: firstSlots(old.value, earlier) };
      return { ...cachedAttention(queryKeyValue, before, { ...options, capacity: this.capacity }) };
    });
    this.store(module, { key, value });
    return mixed;
  }

  /**
   * Ends a pass: row `b` has grown by `counts[b]` tokens. Default: the counts of `startPass`, or every column of the pass.
   *
   * @throws ConfigError where no pass has appended anything, or a count is above the number of columns
   */
  advance(counts?: readonly number[]): void {
    this.assertLive();
    const pass = this.pass;
    if (pass === undefined) {
      throw new ConfigError({
        who: 'KeyValueCache',
        rule: 'advance() follows a forward pass that used the cache',
        suggestion: 'attention of your own must append to context.cache; without that, generate with useCache: false',
      });
    }
    if (counts !== undefined) {
      this.checkCounts(counts);
      if (counts.length !== pass.batch || counts.some((count, row) => count > pass.counts[row]!)) {
        throw new ConfigError({
          who: 'KeyValueCache',
          rule: `counts must be at most the new tokens of each row, [${pass.counts.join(', ')}]`,
          received: `[${counts.join(', ')}]`,
        });
      }
    }
    this.rowLengths = pass.lengths.map((length, row) => length + (counts ?? pass.counts)[row]!);
    this.endPass();
  }

  /** Frees all keys and values. Further use throws DisposedError; a second call does nothing. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.endPass();
    for (const { key, value } of this.storage.values()) tf.dispose([key, value]);
    this.storage.clear();
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The pass that is under way, or that a first module begins. */
  private passFor(module: AnyModule, batch: number, time: number): CachePass {
    this.assertLive();
    if (this.appended.has(module)) {
      throw new ConfigError({
        who: 'KeyValueCache',
        rule: 'a module appends once between two calls of advance()',
        received: `a second append by the same ${module.constructor.name}`,
        suggestion: 'call cache.advance() after every forward pass; a module shared by two layers can not be cached',
      });
    }
    if (this.appended.size === 0) {
      this.pass?.dispose();
      this.pass = this.plan(batch, time);
    }
    return this.pass!;
  }

  /** What is stored of a module, which must have seen all tokens so far. */
  private storedOf(module: AnyModule, pass: CachePass): KeysAndValues | undefined {
    const stored = this.storage.get(module);
    const slots = stored?.key.shape[1] ?? 0;
    const longest = Math.max(...pass.lengths);
    if (slots >= longest) return stored;
    throw new ConfigError({
      who: 'KeyValueCache',
      rule: 'a module takes part in every pass of a cache',
      received: `a ${module.constructor.name} that missed ${longest - slots} tokens`,
      suggestion: 'make a new cache where the model changes',
    });
  }

  /** Takes over what a module stores from now on. */
  private store(module: AnyModule, stored: KeysAndValues): void {
    const old = this.storage.get(module);
    // Only once there are both: where the memory is full at the values, the keys go too.
    tf.keep(stored.key);
    tf.keep(stored.value);
    old?.key.dispose();
    old?.value.dispose();
    this.storage.set(module, stored);
    this.appended.add(module);
  }

  private plan(batch: number, time: number): CachePass {
    const lengths = this.rowLengths.length === 0 ? new Array<number>(batch).fill(0) : this.rowLengths;
    const counts = this.declared?.counts ?? new Array<number>(batch).fill(time);
    if (lengths.length !== batch || counts.length !== batch || counts.some((count) => count > time)) {
      throw new ShapeError({
        who: 'KeyValueCache',
        rule: `this pass has ${lengths.length === batch ? counts.length : lengths.length} rows of at most ${time} new tokens`,
        received: `keys of ${batch} rows and ${time} columns, counts [${counts.join(', ')}]`,
      });
    }
    this.checkCounts(counts);
    const { capacity } = this;
    return planCachePass({ batch, time, lengths, counts, padding: this.declared?.padding ?? 'right', capacity });
  }

  private checkCounts(counts: readonly number[]): void {
    const broken = counts.map(check.nonNegativeInteger).find((statement) => statement !== undefined);
    const rows = this.rowLengths.length;
    if (broken !== undefined || (rows > 0 && counts.length !== rows)) {
      throw new ConfigError({
        who: 'KeyValueCache',
        rule: broken === undefined ? `counts must have one number for each of ${rows} rows` : `each count ${broken}`,
        received: `[${counts.join(', ')}]`,
      });
    }
    const full = counts.findIndex((count, row) => (this.rowLengths[row] ?? 0) + count > this.capacity);
    if (full < 0) return;
    throw new ConfigError({
      who: 'KeyValueCache',
      rule: `a row can hold ${this.capacity} tokens`,
      received: `${this.rowLengths[full] ?? 0} + ${counts[full]} tokens in row ${full}`,
      suggestion: 'make the cache with a larger capacity, or generate fewer tokens',
    });
  }

  private endPass(): void {
    this.pass?.dispose();
    this.pass = undefined;
    this.declared = undefined;
    this.appended.clear();
  }

  private assertLive(): void {
    if (this.disposed) throw new DisposedError({ who: 'KeyValueCache', rule: 'it was used after dispose()' });
  }
}
