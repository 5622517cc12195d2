import * as tf from '@tensorflow/tfjs';
import {
  check,
  checkOptions,
  ConfigError,
  describeValue,
  ShapeError,
  TokenizerError,
  type FileStore,
  type LanguageModel,
  type Run,
  type TokenBatch,
} from '@gptloom/core';
import {
  createForwardContext,
  Dropout,
  Embedding,
  LearnedPositions,
  Linear,
  Module,
  TransformerBlock,
  type AnyModule,
  type ForwardContext,
  type TrainingContextOptions,
  type TrainingWork,
} from '@gptloom/layers';
import { linear, linearCrossEntropy } from '@gptloom/ops';
import { batchContext, totalWeight, type InputBatch } from './batch-context.ts';
import { checkPass, checkSequenceLength } from './check-pass.ts';
import {
  generateText,
  generateTokens,
  type GenerateOptions,
  type GenerateTextOptions,
  type Generation,
  type TextGeneration,
} from './generate.ts';
import { areBuiltIn, builtInComponents, type GptComponents } from './gpt-components.ts';
import { resolveGptConfig, type GptConfig, type ResolvedGptConfig } from './gpt-config.ts';
import { initializeAll } from './initialize-all.ts';
import { loadModelDirectory, loadWeights, type FromPretrainedOptions } from './load-model.ts';
import { trainingBytes, type LearnsFrom } from './memory-estimate.ts';
import { formatModelSummary, measureModel, type ModelMeasures } from './model-summary.ts';
import { saveModel, type SaveOptions } from './save-model.ts';
import { tokenLogProbs } from './token-log-probs.ts';
import { checkTargets, checkTokenIds, checkTokenRows } from './token-ids.ts';

/** How a model is built. */
export interface GptModelOptions {
  /** Seed of the starting values; any integer. */
  readonly seed: number;
  /** Parts of the blocks to use in place of the built-in ones. */
  readonly components?: GptComponents | undefined;
}

/**
 * A GPT-2 style language model: token and position embeddings, pre-layer-norm transformer blocks, a final norm and an
 * output head. Source: Radford et al. 2019, "Language models are unsupervised multitask learners"; equal to
 * transformers' `GPT2LMHeadModel` for the same weights.
 *
 * It owns its parameters: `dispose()` frees them.
 *
 * ```ts
 * import { GptModel } from '@gptloom/gpt-model';
 *
 * const model = new GptModel({ vocabSize: 65, maxSeqLen: 64, numLayers: 2, numHeads: 2, embedDim: 32 }, { seed: 1337 });
 * console.log(model.summary());
 * ```
 */
export class GptModel extends Module<tf.Tensor2D, tf.Tensor3D> implements LanguageModel {
  static override readonly className: string = 'GptModel';
  /** The configuration with every default filled in. */
  readonly config: ResolvedGptConfig;
  /** The parts that replace built-in ones. */
  readonly components: GptComponents;
  /** Fingerprint of the tokenizer that the model was saved with; `undefined` until then. */
  tokenizerFingerprint: string | undefined;
  /** Token ids to vectors; its weight is the output head's too when tied. */
  readonly tokenEmbedding: Embedding;
  /** A vector for every position. */
  readonly positionEmbedding: LearnedPositions;
  /** Drops of the sum of both, in training. */
  readonly embeddingDropout: Dropout;
  /** The transformer blocks, from the input on. */
  readonly blocks: readonly TransformerBlock[];
  /** The norm before the output head. */
  readonly finalNorm: Module<tf.Tensor3D, tf.Tensor3D>;
  /** The output head; absent when it shares the weight of the token embedding. */
  readonly head?: Linear;

  /**
   * @throws ConfigError when the configuration or an option breaks a rule, and when the weights are too large: a single
   *   parameter of 2^31 elements or more, more than 2^34 parameters in all, or more than there is memory for; on `simd` that
   *   is known before any weight is drawn, and the message names the largest number of layers that would fit
   */
  constructor(config: GptConfig, options: GptModelOptions) {
    super();
    checkOptions('GptModel', options, { seed: check.integer, components: check.optional(check.object) });
    this.config = resolveGptConfig(config);
    this.components = options.components ?? {};
    checkOptions('GptModel components', this.components, {
      attention: check.optional(check.function),
      feedForward: check.optional(check.function),
      norm: check.optional(check.function),
    });
    const { vocabSize, maxSeqLen, embedDim, numLayers, dropout, tiedOutput } = this.config;
    const parts = {
      attention: this.components.attention ?? builtInComponents.attention,
      feedForward: this.components.feedForward ?? builtInComponents.feedForward,
      norm: this.components.norm ?? builtInComponents.norm,
    };
    this.tokenEmbedding = new Embedding({ vocabSize, embedDim });
    this.positionEmbedding = new LearnedPositions({ maxSeqLen, embedDim });
    this.embeddingDropout = new Dropout({ rate: dropout });
    this.blocks = Array.from(
      { length: numLayers },
      (_, layerIndex) =>
        new TransformerBlock({
          attentionNorm: parts.norm(this.config, layerIndex),
          attention: parts.attention(this.config, layerIndex),
          feedForwardNorm: parts.norm(this.config, layerIndex),
          feedForward: parts.feedForward(this.config, layerIndex),
          dropout,
        }),
    );
    this.finalNorm = parts.norm(this.config, numLayers);
    if (!tiedOutput) this.head = new Linear({ inDim: embedDim, outDim: vocabSize, bias: false, role: 'head' });
    initializeAll(this, options.seed);
  }

  get vocabSize(): number {
    return this.config.vocabSize;
  }

  get maxSeqLen(): number {
    return this.config.maxSeqLen;
  }

  /**
   * Logits of every position: ids int32 `[batch, time]` to float32 `[batch, time, vocabSize]`. Ids are not checked here,
   * because that would wait for the device; `logits` checks them on the host.
   *
   * @throws ConfigError without a context; ShapeError for more than `maxSeqLen` tokens, or positions of another shape than the ids
   */
  override forward(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor3D {
    return this.logitsOf(this.hidden(ids, context));
  }

  /** Final hidden states: ids int32 `[batch, time]` to float32 `[batch, time, embedDim]`. */
  hidden(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor3D {
    return this.finalNorm.forward(this.throughBlocks(ids, context, 'forward'), context);
  }

  /** Logits of the last token of each row: ids int32 `[batch, time]` to float32 `[batch, 1, vocabSize]`. */
  forwardLast(ids: tf.Tensor2D, context: ForwardContext): tf.Tensor3D {
    // A class of the user's own means its own logits or hidden states; one that overrides forwardLast too is taken at its word.
    if (this.forward !== GptModel.prototype.forward && this.forwardLast === GptModel.prototype.forwardLast) {
      return lastToken(this.forward(ids, context));
    }
    if (this.hidden !== GptModel.prototype.hidden) return this.logitsOf(lastToken(this.hidden(ids, context)));
    return this.logitsOf(this.finalNorm.forward(this.throughBlocks(ids, context, 'forwardLast'), context));
  }

  /** What leaves the last block: of all tokens, or of the last of each row. */
  private throughBlocks(ids: tf.Tensor2D, context: ForwardContext, end: 'forward' | 'forwardLast'): tf.Tensor3D {
    checkPass(ids, context, this.maxSeqLen);
    const tokens = this.tokenEmbedding.forward(ids, context) as tf.Tensor3D;
    const positions = this.positionEmbedding.forward(context.positions, context) as tf.Tensor3D;
    let x = this.embeddingDropout.forward(tf.add(tokens, positions), context) as tf.Tensor3D;
    // Parts of a user's own may share what they compute with later blocks.
    const own = Object.values(this.components).some((component) => component !== undefined);
    for (const [index, block] of this.blocks.entries()) {
      const part = index === this.blocks.length - 1 ? end : 'forward';
      const forward = (): tf.Tensor3D => block[part](x, context);
      x = own ? forward() : freed(forward, context);
    }
    return x;
  }

  /** Logits of final hidden states: float32 `[batch, time, embedDim]` to `[batch, time, vocabSize]`. */
  logitsOf(hidden: tf.Tensor3D): tf.Tensor3D {
    return linear(hidden, this.headWeight) as tf.Tensor3D;
  }

  /**
   * Logits of token rows of equal length, as float32 `[batch, time, vocabSize]`. The caller disposes the tensor.
   *
   * @throws ShapeError for what is no rows of ids, ids outside the vocabulary, rows of different lengths, or more than
   *   `maxSeqLen` tokens
   */
  logits(rows: readonly ArrayLike<number>[]): tf.Tensor3D {
    checkTokenRows('logits', rows, this.vocabSize);
    const time = rows[0]?.length ?? 0;
    if (time === 0 || rows.some((row) => row.length !== time)) {
      throw new ShapeError({
        who: 'logits',
        rule: 'rows must have the same length of at least one token',
        received: `lengths [${rows.map((row) => row.length).join(', ')}]`,
      });
    }
    const batch: TokenBatch = {
      rows: rows.length,
      time,
      inputIds: Int32Array.from(rows.flatMap((row) => Array.from(row))),
      targets: new Int32Array(rows.length * time),
      lengths: new Int32Array(rows.length).fill(time),
      globalRows: Int32Array.from(rows.keys()),
    };
    return tf.tidy(() => this.forward(idsOf(batch), this.contextFor(batch, {})));
  }

  /**
   * The context of a pass over `batch`, whose tensors are freed by the caller's tidy.
   *
   * @param root the module from which paths count, where this model is part of a larger one
   * @throws ShapeError for ids outside the vocabulary or more than `maxSeqLen` tokens
   */
  contextFor(batch: InputBatch, options: TrainingContextOptions, root: AnyModule = this): ForwardContext {
    checkSequenceLength(batch.time, this.maxSeqLen);
    checkTokenIds('GptModel', batch.inputIds, this.vocabSize);
    return createForwardContext(root, batchContext(batch, options));
  }

  /**
   * Sum over the batch's targets of cross entropy in nats times weight; see Trainable.
   *
   * @throws ShapeError for a target that is neither an id of the vocabulary nor `ignoreIndex`
   */
  lossSum(batch: TokenBatch, context: ForwardContext): tf.Scalar {
    checkTargets(batch.targets, this.vocabSize);
    return tf.tidy(() => {
      const hidden = this.hidden(idsOf(batch), context).reshape([-1, this.config.embedDim]) as tf.Tensor2D;
      const losses = linearCrossEntropy(hidden, this.headWeight, tf.tensor1d(batch.targets, 'int32'), {});
      const weighted =
        batch.lossWeights === undefined ? losses : tf.mul(losses, tf.tensor1d(batch.lossWeights, 'float32'));
      let sum = tf.sum(weighted) as tf.Scalar;
      const targets = this.countTargets(batch);
      for (const loss of context.auxiliaryLosses.values()) sum = tf.add(sum, tf.mul(loss, targets));
      return sum;
    });
  }

  /** Weight of all targets of a batch. */
  countTargets(batch: TokenBatch): number {
    return totalWeight(batch);
  }

  /**
   * Bytes that a training step takes at its peak; see Trainable and `ModelMeasures.trainingBytes`. `undefined` for a model with
   * components of its own, whose activations are not known.
   *
   * @param learnsFrom what the loss is computed from: `logits`, the default, or `hidden` states, as by another head
   */
  trainingBytes(work: TrainingWork, learnsFrom: LearnsFrom = 'logits'): number | undefined {
    return areBuiltIn(this.components) ? trainingBytes(this, work, learnsFrom) : undefined;
  }

  /**
   * Continues token ids, one event a token. Of a sequence longer than `maxSeqLen` the model sees the end: whenever the
   * window is full, its older half is dropped.
   *
   * @throws ConfigError for an empty prompt, an option that breaks its rule, logits that are not numbers, or what does not fit into
   *   the memory of `simd`; ShapeError for a prompt that is no ids, and for ids and `endTokens` outside the vocabulary
   */
  generate(prompt: ArrayLike<number>, options: GenerateOptions): Run<number, Generation> {
    return generateTokens(this, prompt, options);
  }

  /**
   * Continues a text, one event a piece of text; characters are never split.
   *
   * @throws TokenizerError when the tokenizer is not the model's or can not encode the prompt; ConfigError for an option that breaks
   *   its rule, logits that are not numbers, or what does not fit into the memory of `simd`
   */
  generateText(prompt: string, options: GenerateTextOptions): Run<string, TextGeneration> {
    return generateText(this, prompt, options);
  }

  /**
   * Natural log-probabilities of `tokens[1..]` of every sequence, as arrays of `length - 1` float32; see LanguageModel.
   *
   * @throws ShapeError for a sequence of less than 2 or more than `maxSeqLen` tokens, and for ids outside the vocabulary
   */
  tokenLogProbs(sequences: readonly (readonly number[])[]): Promise<Float32Array[]> {
    return tokenLogProbs(this, sequences);
  }

  /** Parameters, FLOPs and memory as numbers, for a batch of `batchSize` sequences of `maxSeqLen` tokens. */
  measure(options: { readonly batchSize?: number | undefined } = {}): ModelMeasures {
    checkOptions('GptModel.measure', options, { batchSize: check.optional(check.positiveInteger) });
    return measureModel(this, options.batchSize ?? 1);
  }

  /** A table of the layers with parameters, FLOPs per token, memory for training and for generation. */
  summary(options: { readonly batchSize?: number | undefined } = {}): string {
    checkOptions('GptModel.summary', options, { batchSize: check.optional(check.positiveInteger) });
    return formatModelSummary(this, options.batchSize ?? 1);
  }

  /**
   * Writes a Hugging Face style directory: `config.json`, `model.safetensors`, `generation_config.json` and the
   * tokenizer's files. What transformers' GPT-2 can represent loads there; the rest has `model_type: gptloom`.
   *
   * An older model in the directory is replaced: `config.json` goes first and comes last, so that after an interrupted
   * save `fromPretrained` refuses the directory; files of the older model that this one has no use for (shards, a
   * classifier's head, a tokenizer that is not this model's) are removed. Other files stay.
   *
   * @throws TokenizerError for a tokenizer that does not fit the model, ConfigError where the store can not be written
   */
  async save(where: string | FileStore, options: SaveOptions = {}): Promise<void> {
    await saveModel(this, where, options);
  }

  /**
   * Replaces the weights by those of a directory that `save` or transformers wrote for the same configuration.
   *
   * @throws FormatError when a tensor is missing, unknown, of another shape or not finite; the model then keeps its weights
   */
  async load(where: string | FileStore): Promise<void> {
    await loadWeights(this, where);
  }

  /**
   * Builds the model that a directory describes: one that `save` wrote, or a GPT-2 directory written by transformers.
   *
   * @throws FormatError when the directory is not such a model, ConfigError when it names components that are not given
   */
  static async fromPretrained(where: string | FileStore, options: FromPretrainedOptions = {}): Promise<GptModel> {
    checkOptions('GptModel.fromPretrained', options, { components: check.optional(check.object) });
    const { config, tokenizerFingerprint } = await loadModelDirectory(where, options.components ?? {});
    const model = new GptModel(config, { seed: 0, components: options.components });
    try {
      await loadWeights(model, where);
    } catch (error) {
      model.dispose();
      throw error;
    }
    model.tokenizerFingerprint = tokenizerFingerprint;
    return model;
  }

  /**
   * Refuses datasets with labels, which have no next tokens to learn, and those of a tokenizer that is not the model's,
   * where that is known; see Trainable.
   *
   * @throws ConfigError for a dataset with labels, TokenizerError for one of another tokenizer
   */
  checkDataset(dataset: unknown): void {
    const { labels, tokenizerFingerprint } = (dataset ?? {}) as {
      readonly labels?: unknown;
      readonly tokenizerFingerprint?: unknown;
    };
    if (Array.isArray(labels)) {
      throw new ConfigError({
        who: 'GptModel',
        rule: 'a language model is trained and evaluated on a dataset of tokens, not of labels',
        received: describeValue(dataset),
        suggestion: 'a TokenDataset or PromptDataset, or a SequenceClassifier around the model',
      });
    }
    const known = this.tokenizerFingerprint;
    if (known !== undefined && tokenizerFingerprint !== undefined && tokenizerFingerprint !== known) {
      throw new TokenizerError({
        who: 'GptModel',
        rule: 'a dataset must be made by the tokenizer that the model was saved with',
        received: `a dataset of ${describeValue(tokenizerFingerprint)} instead of ${describeValue(known)}`,
        suggestion: 'load it with loadTokenizer from the directory of the model',
      });
    }
  }

  /** The weight that turns hidden states into logits, `[vocabSize, embedDim]`. */
  get headWeight(): tf.Tensor2D {
    return (this.head ?? this.tokenEmbedding).weight.value as tf.Tensor as tf.Tensor2D;
  }
}

/** Runs a block and frees its intermediates, so that the next block finds their memory in the cache. */
function freed(block: () => tf.Tensor3D, context: ForwardContext): tf.Tensor3D {
  let result: tf.Tensor3D;
  tf.tidy(() => {
    result = block();
    return [result, ...context.auxiliaryLosses.values()];
  });
  return result!;
}

function lastToken(x: tf.Tensor3D): tf.Tensor3D {
  return tf.slice(x, [0, x.shape[1] - 1, 0], [-1, 1, -1]);
}

function idsOf(batch: InputBatch): tf.Tensor2D {
  return tf.tensor2d(batch.inputIds, [batch.rows, batch.time], 'int32');
}
