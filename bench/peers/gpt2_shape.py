"""The numbers of contestants/gpt2-shape.ts."""

LAYERS, HEADS, DIM, CONTEXT, VOCABULARY = 12, 12, 768, 1024, 50257
SHORT_PROMPT, NEW_TOKENS, LONG_PROMPT = 16, 64, 512
# Bytes of the weights that are read for each token, as a count of float32.
WEIGHTS = VOCABULARY * DIM + LAYERS * (12 * DIM * DIM + 13 * DIM) + 2 * DIM
