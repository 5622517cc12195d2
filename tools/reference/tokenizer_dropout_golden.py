"""Golden file of packages/tokenizer for BPE-dropout: in which ways the reference cuts words, and how often.

    python tools/reference/tokenizer_dropout_golden.py

Writes packages/tokenizer/test/golden/bpe-dropout.json. The reference draws from a generator that nobody can seed: counts of
other runs differ a little.
"""
import collections
import json
import pathlib

import tokenizers
from tokenizers import Tokenizer, models

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "packages/tokenizer/test/golden"
LETTERS = "abcd"
# Merges that compete for the same letters, and some that others make possible.
MERGES = [("a", "b"), ("b", "c"), ("ab", "c"), ("c", "d"), ("bc", "d"), ("ab", "cd"), ("a", "bcd"), ("a", "a"), ("aa", "b")]
WORDS = ["abcd", "abcabcd", "aabcd", "abababcdcd"]
SAMPLES = 40_000

vocab = {token: id for id, token in enumerate([*LETTERS, *dict.fromkeys("".join(pair) for pair in MERGES)])}
cases = []
for dropout in [0.0, 0.1, 0.5, 0.9, 1.0]:
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=MERGES, dropout=dropout))
    for word in WORDS:
        counts = collections.Counter(" ".join(tokenizer.encode(word).tokens) for _ in range(SAMPLES))
        cases.append({"word": word, "dropout": dropout, "ways": dict(counts.most_common())})

content = {"reference": f"tokenizers {tokenizers.__version__}", "samples": SAMPLES, "vocab": vocab, "merges": MERGES, "cases": cases}
path = GOLDEN / "bpe-dropout.json"
path.write_text(json.dumps(content, separators=(",", ":")) + "\n", "utf-8")
print(path.name, path.stat().st_size)
