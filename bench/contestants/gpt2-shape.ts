/** The shape of GPT-2's smallest model: 124 million parameters, 498 MB in float32. `peers/gpt2_shape.py` has the same numbers. */
export const gpt2Shape = { numLayers: 12, numHeads: 12, embedDim: 768, maxSeqLen: 1024, vocabSize: 50_257 } as const;

/** Tokens read before the generated ones are timed. */
export const shortPrompt = 16;

/** Generated tokens of one repetition. */
export const newTokens = 64;

/** Tokens of the prompt after which the first token is timed. */
export const longPrompt = 512;
