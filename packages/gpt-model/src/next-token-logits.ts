import * as tf from '@tensorflow/tfjs';
import { createForwardContext, KeyValueCache } from '@gptloom/layers';
import type { GptModel } from './gpt-model.ts';

/**
 * Reads a growing sequence and gives the logits of its next token. When the window of `maxSeqLen` tokens is full, its
 * older half is dropped and the newer half read again from position 0; so generation may go on for as long as it likes,
 * at the cost of one longer pass every `maxSeqLen / 2` tokens. With and without cache the windows are the same.
 */
export class NextTokenLogits {
  private readonly model: GptModel;
  private readonly useCache: boolean;
  private window: number[] = [];
  private cache: KeyValueCache | undefined;

  constructor(model: GptModel, useCache: boolean) {
    this.model = model;
    this.useCache = useCache;
  }

  /** Appends tokens to the sequence and returns the logits `[vocabSize]` that follow the last one. */
  async read(tokens: readonly number[]): Promise<Float32Array> {
    const { maxSeqLen } = this.model.config;
    let fresh = tokens;
    this.window = this.window.concat(tokens);
    if (this.window.length > maxSeqLen) {
      this.window = this.window.slice(-Math.max(1, Math.floor(maxSeqLen / 2)));
      this.cache?.dispose();
      this.cache = undefined;
      fresh = this.window;
    }
    if (!this.useCache) fresh = this.window;
    else this.cache ??= new KeyValueCache({ capacity: maxSeqLen });
    const start = this.window.length - fresh.length;
    const logits = tf.tidy(() => {
      const ids = tf.tensor2d(Int32Array.from(fresh), [1, fresh.length], 'int32');
      const positions = tf.tensor2d(
        Int32Array.from(fresh.keys(), (i) => start + i),
        [1, fresh.length],
        'int32',
      );
      const context = createForwardContext(this.model, { positions, cache: this.cache });
      return this.model.forwardLast(ids, context).reshape([-1]);
    });
    this.cache?.advance([fresh.length]);
    try {
      return (await logits.data()) as Float32Array;
    } finally {
      logits.dispose();
    }
  }

  /** Frees the keys and values read so far. */
  dispose(): void {
    this.cache?.dispose();
    this.cache = undefined;
  }
}
