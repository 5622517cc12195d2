import * as tf from '@tensorflow/tfjs';
import {
  check,
  checkOptions,
  ConfigError,
  describeValue,
  nextTick,
  openFileStore,
  ShapeError,
  TokenizerError,
  type FileStore,
  type LabelBatch,
  type Tokenizer,
} from '@gptloom/core';
import { GptModel, type FromPretrainedOptions } from '@gptloom/gpt-model';
import {
  initialize,
  Linear,
  Module,
  type ForwardContext,
  type TrainingContextOptions,
  type TrainingWork,
} from '@gptloom/layers';
import { linearCrossEntropy } from '@gptloom/ops';
import { LabelDataset } from '@gptloom/trainer';
import { readClassifierLabels, readClassifierWeight, writeClassifierHead } from './classifier-files.ts';

/** How a classifier is built on a language model. */
export interface SequenceClassifierOptions {
  /** The classes, by name; at least two different ones. */
  readonly labels: readonly string[];
  /** Seed of the head's starting values. Default 0. */
  readonly seed?: number | undefined;
}

/** How texts are classified. */
export interface ClassifyOptions {
  /** The tokenizer that the model was trained with. */
  readonly tokenizer: Tokenizer;
  /** Texts in one pass. Default 64. */
  readonly batchSize?: number | undefined;
  /** Stops between two passes by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a classifier says about a text. */
export interface Classification {
  /** The most likely class. */
  readonly label: string;
  /** Probability of every class, in the order of `labels`; they sum to 1. */
  readonly probabilities: Float32Array;
}

/**
 * A language model with a linear head that reads the hidden state of each text's last real token: the first token has
 * seen nothing yet and padding says nothing. The same as transformers' `GPT2ForSequenceClassification`.
 *
 * It trains like any model, on a LabelDataset. `dispose()` frees the language model too.
 */
export class SequenceClassifier extends Module<tf.Tensor2D, tf.Tensor2D> {
  static override readonly className: string = 'SequenceClassifier';
  /** The language model below the head; it is trained with the head unless frozen. */
  readonly model: GptModel;
  /** Maps `[batch, embedDim]` to `[batch, labels]`. */
  readonly head: Linear;
  /** The classes in the order of the logits. */
  readonly labels: readonly string[];

  /**
   * Draws the head; the language model keeps its values.
   *
   * @throws ConfigError for fewer than two labels, one that is no text, or one that comes twice
   */
  constructor(model: GptModel, options: SequenceClassifierOptions) {
    super();
    checkOptions('SequenceClassifier', options, { labels: check.array, seed: check.optional(check.integer) });
    const { labels, seed = 0 } = options;
    const isText = labels.every((label) => check.nonEmptyString(label) === undefined);
    if (!isText || labels.length < 2 || new Set(labels).size < labels.length) {
      throw new ConfigError({
        who: 'SequenceClassifier',
        rule: 'labels must be at least two different texts',
        received: describeValue(labels),
      });
    }
    this.model = model;
    this.labels = [...labels];
    this.head = new Linear({ inDim: model.config.embedDim, outDim: labels.length, bias: false, role: 'head' });
    initialize(this, { seed });
  }

  /** Logits: ids int32 `[batch, time]`, their real lengths in `context.keyLengths`, to float32 `[batch, labels]`. */
  override forward(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor2D {
    return tf.tidy(() => this.head.forward(this.lastHidden(ids, context), context) as tf.Tensor2D);
  }

  /** The context of a pass over `batch`; see Trainable. */
  contextFor(batch: LabelBatch, options: TrainingContextOptions): ForwardContext {
    return this.model.contextFor(batch, options, this);
  }

  /**
   * Sum over the batch's rows of cross entropy in nats; see Trainable.
   *
   * @throws ShapeError for a label outside `0 .. labels.length - 1`
   */
  lossSum(batch: LabelBatch, context: ForwardContext): tf.Scalar {
    const outside = batch.labels.find((label) => !(label >= 0 && label < this.labels.length));
    if (outside !== undefined) {
      throw new ShapeError({
        who: 'SequenceClassifier',
        rule: `labels of a batch must be integers from 0 to ${this.labels.length - 1}`,
        received: `${outside}`,
      });
    }
    return tf.tidy(() => {
      const ids = tf.tensor2d(batch.inputIds, [batch.rows, batch.time], 'int32');
      // The head is applied as in use, so that an adapter on it is trained; an identity weight makes of its logits a loss.
      const logits = this.forward(ids, context);
      const labels = tf.tensor1d(batch.labels, 'int32');
      const identity = tf.eye(this.labels.length);
      let sum = tf.sum(linearCrossEntropy(logits, identity, labels, {})) as tf.Scalar;
      for (const loss of context.auxiliaryLosses.values()) sum = tf.add(sum, tf.mul(loss, batch.rows));
      return sum;
    });
  }

  /** Bytes that a training step takes at its peak; see Trainable. It has no logits of words, and its own head is small. */
  trainingBytes(work: TrainingWork): number | undefined {
    return this.model.trainingBytes(work, 'hidden');
  }

  /** One target a row. */
  countTargets(batch: LabelBatch): number {
    return batch.rows;
  }

  /**
   * Refuses datasets without labels, with other labels or in another order, and those of a tokenizer that is not the
   * language model's, where that is known; see Trainable.
   *
   * @throws ConfigError with both lists, TokenizerError for another tokenizer
   */
  checkDataset(dataset: unknown): void {
    const who = 'SequenceClassifier';
    const { labels, tokenizerFingerprint } = (dataset ?? {}) as {
      readonly labels?: unknown;
      readonly tokenizerFingerprint?: unknown;
    };
    if (!Array.isArray(labels)) {
      throw new ConfigError({
        who,
        rule: 'a classifier is trained and evaluated on a dataset with labels',
        received: describeValue(dataset),
        suggestion: 'LabelDataset.fromExamples(examples, tokenizer, { labels: classifier.labels, sequenceLength })',
      });
    }
    if (labels.length !== this.labels.length || this.labels.some((label, index) => label !== labels[index])) {
      throw new ConfigError({
        who,
        rule: `the dataset's labels must be the classifier's, in the same order: ${JSON.stringify(this.labels)}`,
        received: JSON.stringify(labels),
        suggestion: 'labels: classifier.labels, in the options of the dataset',
      });
    }
    const known = this.model.tokenizerFingerprint;
    if (known !== undefined && tokenizerFingerprint !== undefined && tokenizerFingerprint !== known) {
      throw new TokenizerError({
        who,
        rule: 'a dataset must be made by the tokenizer that the language model was saved with',
        received: `a dataset of ${describeValue(tokenizerFingerprint)} instead of ${describeValue(known)}`,
        suggestion: 'load it with loadTokenizer from the directory of the model',
      });
    }
  }

  /**
   * Classifies texts, encoded as a LabelDataset encodes them for training; of a text longer than the model's `maxSeqLen`
   * the end is read.
   *
   * @throws ConfigError for anything but an array of texts, and for an option that breaks its rule; TokenizerError for a tokenizer that is
   *   not the language model's, that pads with its end token, or that can not encode a text; ShapeError for an id outside the model's
   *   vocabulary, and for probabilities that are not numbers; the signal's reason where it is aborted
   */
  async classify(texts: readonly string[], options: ClassifyOptions): Promise<Classification[]> {
    checkOptions('SequenceClassifier.classify', options, {
      tokenizer: check.object,
      batchSize: check.optional(check.positiveInteger),
      signal: check.optional(check.abortSignal),
    });
    if (!Array.isArray(texts)) {
      throw new ConfigError({
        who: 'SequenceClassifier.classify',
        rule: `texts ${check.array(texts)}`,
        received: describeValue(texts),
        suggestion: 'classify([text], { tokenizer })',
      });
    }
    if (texts.length === 0) return [];
    const { tokenizer, batchSize = 64, signal } = options;
    // The dataset wants a label for every text; which one does not matter here.
    const dataset = LabelDataset.fromExamples(
      texts.map((text) => ({ text, label: this.labels[0]! })),
      tokenizer,
      { labels: this.labels, sequenceLength: this.model.maxSeqLen, tooLong: 'truncate' },
    );
    this.checkDataset(dataset);
    const results: Classification[] = [];
    for (let start = 0; start < texts.length; start += batchSize) {
      signal?.throwIfAborted();
      const indices = Array.from({ length: Math.min(batchSize, texts.length - start) }, (_, i) => start + i);
      const batch = dataset.batch(indices, indices);
      const probabilities = tf.tidy(() => {
        const ids = tf.tensor2d(batch.inputIds, [batch.rows, batch.time], 'int32');
        return tf.softmax(this.forward(ids, this.contextFor(batch, {})));
      });
      const values = (await probabilities.data()) as Float32Array;
      probabilities.dispose();
      for (let row = 0; row < batch.rows; row++) {
        const own = values.slice(row * this.labels.length, (row + 1) * this.labels.length);
        const label = this.labels[own.indexOf(Math.max(...own))];
        if (label === undefined) {
          throw new ShapeError({
            who: 'SequenceClassifier.classify',
            rule: 'probabilities must be numbers',
            received: `NaN for text ${start + row}`,
            suggestion: 'check the loss of the training run that made this model',
          });
        }
        results.push({ label, probabilities: own });
      }
      await nextTick();
    }
    return results;
  }

  /** Writes the directory of the language model and, beside it, the head and its labels. */
  async save(where: string | FileStore, options: { readonly tokenizer?: Tokenizer | undefined } = {}): Promise<void> {
    const store = openFileStore(where);
    // First: a head that was disposed is refused before anything of the directory is replaced.
    const weight = Float32Array.from((await this.head.weight.value.data()) as Float32Array);
    await this.model.save(store, options);
    await writeClassifierHead(store, { labels: this.labels, weight });
  }

  /**
   * The classifier that `save` wrote. The caller disposes it.
   *
   * @throws ConfigError or FormatError where the directory holds no classifier
   */
  static async fromPretrained(
    where: string | FileStore,
    options: FromPretrainedOptions = {},
  ): Promise<SequenceClassifier> {
    const store = openFileStore(where);
    const labels = await readClassifierLabels(store);
    const model = await GptModel.fromPretrained(store, options);
    try {
      const shape = [labels.length, model.config.embedDim];
      const values = await readClassifierWeight(store, shape);
      const classifier = new SequenceClassifier(model, { labels });
      const tensor = tf.tensor(values, shape, 'float32');
      classifier.head.weight.assign(tensor);
      tensor.dispose();
      return classifier;
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  /** Hidden state of each row's last real token, `[batch, embedDim]`. */
  private lastHidden(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor2D {
    const [batch, time] = ids.shape;
    const hidden = this.model.hidden(ids, context);
    // A one-hot row of depth 1, which TensorFlow.js refuses, would choose the only token.
    if (time === 1) return tf.reshape(hidden, [batch, -1]) as tf.Tensor2D;
    const lengths = context.keyLengths ?? tf.fill([batch], time, 'int32');
    const last = tf.sub(lengths, tf.scalar(1, 'int32')) as tf.Tensor1D;
    // A product with a one-hot row, not a gather, whose gradient the stock wasm backend lacks.
    const chosen = tf.reshape(tf.cast(tf.oneHot(last, time), 'float32'), [batch, time, 1]);
    return tf.sum(tf.mul(hidden, chosen), 1) as tf.Tensor2D;
  }
}
