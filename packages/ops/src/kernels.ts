/*
 * The contract between ops and the backends that bring kernels of their own. A backend registers a kernel under one of
 * these names with `tf.registerKernel`; the op then finds and runs it. All tensors are float32 unless said otherwise.
 */

/** `{ x [..., inDim], weight [outDim, inDim], bias? [outDim], residual? [..., outDim] } -> [..., outDim]`. */
export const linearKernel = 'GptloomLinear';
/** `{ dy [..., outDim], weight [outDim, inDim] } -> gradient of x [..., inDim]`. */
export const linearGradInputKernel = 'GptloomLinearGradInput';
/** `{ dy [..., outDim], x [..., inDim] } -> gradient of weight [outDim, inDim]`. */
export const linearGradWeightKernel = 'GptloomLinearGradWeight';
/** `{ dy [..., outDim] } -> gradient of bias [outDim]`. */
export const linearGradBiasKernel = 'GptloomLinearGradBias';

/**
 * The inputs of the linear kernel but for the residual, and LinearGeluAttributes `-> [gelu(y), gelu'(y)?]`, where y is what the linear
 * kernel gives.
 */
export const linearGeluKernel = 'GptloomLinearGelu';
/** Attributes of linearGelu. */
export interface LinearGeluAttributes extends GeluAttributes {
  /** Whether the derivative is wanted too. */
  readonly withSlopes: boolean;
}

/** `{ ids int32 [...], weight [vocab, dim] } -> [..., dim]`. */
export const embeddingKernel = 'GptloomEmbedding';
/**
 * `{ dy [..., dim], ids int32 [...], sum? [vocab, dim] }` and EmbeddingGradAttributes `-> gradient of weight [vocab, dim]`, or nothing
 * where it is added to `sum` in place.
 */
export const embeddingGradKernel = 'GptloomEmbeddingGrad';
/** Attributes of the embedding's gradient. */
export interface EmbeddingGradAttributes {
  /** Rows of the table. */
  readonly vocabSize: number;
}

/** `{ x [..., dim], weight [dim], bias? [dim] }` and NormAttributes `-> [y, mean? [...], reciprocalStd? [...]]`. */
export const layerNormKernel = 'GptloomLayerNorm';
/**
 * `{ dy, x, weight, mean, reciprocalStd, sum? } -> [gradient of x, of weight, of bias]`, or without the first where that is added to
 * `sum`, of the shape of x, in place.
 */
export const layerNormGradKernel = 'GptloomLayerNormGrad';
/** `{ x [..., dim], weight [dim] }` and NormAttributes `-> [y, reciprocalRms? [...]]`. */
export const rmsNormKernel = 'GptloomRmsNorm';
/** `{ dy, x, weight, reciprocalRms, sum? } -> [gradient of x, of weight]`, with `sum` as the gradient of layer norm. */
export const rmsNormGradKernel = 'GptloomRmsNormGrad';
/** Attributes of both norms. */
export interface NormAttributes {
  /** Added to the variance or mean square. */
  readonly eps: number;
  /** Whether the statistics are wanted, which the gradient reads. */
  readonly withStatistics: boolean;
}

/** `{ x }` and GeluAttributes `-> y`. */
export const geluKernel = 'GptloomGelu';
/** `{ dy, x }` and GeluAttributes `-> gradient of x`. */
export const geluGradKernel = 'GptloomGeluGrad';
/** Attributes of gelu and its gradient. */
export interface GeluAttributes {
  /** The tanh approximation, or the exact form with the error function. */
  readonly approximate: 'tanh' | 'none';
}

/** `{ gate, up } -> silu(gate) * up`. */
export const swigluKernel = 'GptloomSwiglu';
/** `{ dy, gate, up } -> [gradient of gate, of up]`. */
export const swigluGradKernel = 'GptloomSwigluGrad';

/** `{ x }` and DropoutAttributes `-> y`. It is its own gradient, with `dy` as `x`. */
export const dropoutKernel = 'GptloomDropout';
/** Attributes of dropout. */
export interface DropoutAttributes {
  /** Share of the values that become zero. */
  readonly rate: number;
  /** Two words for each index of the first axis; see the op `dropout` for the mask they stand for. */
  readonly keys: Uint32Array;
}

/**
 * `{ query [batch, queryTime, heads, headDim], key [batch, keyTime, kvHeads, headDim], value [batch, keyTime, kvHeads,
 * valueDim], queryPositions? int32 [batch, queryTime], keyPositions? int32 [batch, keyTime], keyLengths? int32 [batch],
 * segmentIds? int32 [batch, keyTime] }` and AttentionAttributes
 * `-> [y [batch, queryTime, heads, valueDim], logSumExp [batch, heads, queryTime]]`.
 */
export const attentionKernel = 'GptloomAttention';
/** The inputs of the forward kernel with `dy`, `y` and `logSumExp` `-> [gradient of query, of key, of value]`. */
export const attentionGradKernel = 'GptloomAttentionGrad';
/** Attributes of attention and its gradient. */
export interface AttentionAttributes {
  /** Factor of the products of queries and keys. */
  readonly scale: number;
  /** Whether keys at later positions are hidden. */
  readonly causal: boolean;
  /** Positions that a query sees back, itself included; 0 where all. */
  readonly window: number;
  /** Cap of the scores through tanh; 0 where none. */
  readonly softCap: number;
  /** Slope of each head's linear bias; empty where none. */
  readonly alibiSlopes: readonly number[];
  /** Share of the weights that become zero; 0 where none. */
  readonly dropoutRate: number;
  /** Two words for each row of the batch; empty where no dropout. */
  readonly dropoutKeys: Uint32Array;
}

/**
 * `{ x [batch, time, heads, dim], added [batch, newTime, heads, dim] }` and AppendTokensAttributes
 * `-> [batch, time + newTime, heads, dim]`.
 */
export const appendTokensKernel = 'GptloomAppendTokens';
/** Attributes of appendTokens. */
export interface AppendTokensAttributes {
  /** Tokens to which the sequence is expected to grow. */
  readonly capacity: number;
}

/**
 * `{ queryKeyValue [batch, time, (heads + 2 kvHeads) headDim], keyLengths? int32 [batch], segmentIds? int32 [batch, time] }`
 * and PackedAttentionAttributes `-> [y [batch, time, heads headDim], logSumExp [batch, heads, time]]`: attention among the
 * tokens of each row, whose query, key and value heads lie side by side.
 */
export const packedAttentionKernel = 'GptloomPackedAttention';
/** The inputs of the forward kernel with `dy`, `y` and `logSumExp` `-> gradient of queryKeyValue`. */
export const packedAttentionGradKernel = 'GptloomPackedAttentionGrad';
/** Attributes of packed attention and its gradient. */
export interface PackedAttentionAttributes extends AttentionAttributes {
  /** Number of query heads. */
  readonly heads: number;
  /** Number of key and of value heads. */
  readonly kvHeads: number;
}

/**
 * `{ queryKeyValue [batch, time, (heads + 2 kvHeads) headDim], key? [batch, earlier, kvHeads, headDim], value? as key }` and
 * CachedAttentionAttributes `-> [y [batch, time or 1, heads headDim], key [batch, earlier + time, kvHeads, headDim], value]`: tokens that
 * are appended to sequences, and their causal attention to these. Used without a tape alone.
 */
export const cachedAttentionKernel = 'GptloomCachedAttention';
/** Attributes of cached attention. */
export interface CachedAttentionAttributes extends PackedAttentionAttributes, AppendTokensAttributes {
  /** Whether only the last new token of each row asks. */
  readonly lastOnly: boolean;
}

/**
 * `{ hidden [tokens, dim], weight [vocab, dim], targets int32 [tokens] }` and LinearCrossEntropyAttributes
 * `-> [losses [tokens], logSumExp [tokens], logits?]`, in whatever layout the gradient of the same backend reads them.
 */
export const linearCrossEntropyKernel = 'GptloomLinearCrossEntropy';
/** The inputs of the forward kernel with `dy [tokens]`, `logSumExp` and `logits?` `-> [gradient of hidden, of weight]`. */
export const linearCrossEntropyGradKernel = 'GptloomLinearCrossEntropyGrad';
/** Attributes of the fused head and loss, and of its gradient. */
export interface LinearCrossEntropyAttributes {
  /** Cap of the logits through tanh; 0 where none. */
  readonly softCap: number;
  /** The target that counts for nothing. */
  readonly ignoreIndex: number;
  /** The most logits that may be kept for the gradient, which computes the others again. */
  readonly mostKept: number;
}

/** The most logits that `linearCrossEntropy` keeps for its gradient: 48 MiB of them. */
export const mostKeptLogits = 12 * 2 ** 20;

/** `{ x0, x1, ... } -> []` (a scalar): the sum of the squares of all numbers of all inputs. */
export const squareSumKernel = 'GptloomSquareSum';

/**
 * `{ value0, gradient0, mean0, square0, value1, ... }` and AdamWAttributes `->` nothing: values, means and squares are
 * changed in place. The op has made sure that no other tensor shares their bytes.
 */
export const adamWKernel = 'GptloomAdamW';
/** Attributes of the update: `mean = beta1 mean + gradientShare g`, and so on; see the op `adamWUpdate`. */
export interface AdamWAttributes {
  /** Decay of the mean. */
  readonly beta1: number;
  /** Factor of the gradient in the mean. */
  readonly gradientShare: number;
  /** Decay of the mean square. */
  readonly beta2: number;
  /** Factor of the squared gradient in the mean square. */
  readonly squareShare: number;
  /** For each parameter what is left of it after its decay. */
  readonly kept: readonly number[];
  /** For each parameter the factor of its direction. */
  readonly stepSizes: readonly number[];
  /** For each parameter what is added to the denominator. */
  readonly eps: readonly number[];
}
