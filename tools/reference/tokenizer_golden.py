"""Golden files of packages/tokenizer from huggingface/tokenizers.

    python tools/reference/tokenizer_golden.py [PATH_OF_TINYSHAKESPEARE]

Writes packages/tokenizer/test/golden/*.json. The Shakespeare file holds merges and the ids of a text of our own only.
"""
import json
import pathlib
import sys

import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "packages/tokenizer/test/golden"
REFERENCE = f"tokenizers {tokenizers.__version__}"
END, PAD = "<|endoftext|>", "<|pad|>"
texts = json.loads((GOLDEN / "tricky-texts.json").read_text("utf-8"))
corpus = (GOLDEN / "small-corpus.txt").read_text("utf-8")


def write(name, content):
    path = GOLDEN / name
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    print(name, path.stat().st_size)


def train(pieces, vocab_size, min_frequency=0):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        special_tokens=[],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(pieces, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [tuple(pair) for pair in model["merges"]]


def byte_level(vocab, merges):
    """A tokenizer with an end and a padding token after the vocabulary, as GPT-2's file has its end token."""
    vocab = {**vocab, END: len(vocab), PAD: len(vocab) + 1}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False, add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens([END, PAD])
    return tokenizer


def encodings(tokenizer, samples):
    """Ids with special tokens found in the text, ids with them as plain text, and the text of the latter."""
    result = []
    for text in samples:
        tokenizer.encode_special_tokens = False
        allowed = tokenizer.encode(text).ids
        tokenizer.encode_special_tokens = True
        plain = tokenizer.encode(text).ids
        result.append({"text": text, "allowed": allowed, "plain": plain, "decoded": tokenizer.decode(plain)})
    return result


def ids_of(vocab, merges):
    return [[vocab[left], vocab[right]] for left, right in merges]


def training_cases():
    """Small corpora: ties, overlaps, tokens made in two ways, pairs that run out, minimum frequencies."""
    cases = [
        (["aaaa aaa aa aaaaaaa", "abab aba bab"], 300, 0),
        (["xabc abc bc abcx bcab " * 3, "aab aabb abb bba"], 290, 2),
        (["low lower newest widest " * 5], 280, 3),
        ([corpus], 600, 5),
        ([corpus[:500], corpus[500:1000], corpus[1000:]], 420, 0),
        (["", "z"], 300, 0),
    ]
    result = []
    for pieces, vocab_size, min_frequency in cases:
        vocab, merges = train(pieces, vocab_size, min_frequency)
        result.append(
            {
                "texts": [p if p not in corpus or len(p) < 200 else None for p in pieces],
                "vocabSize": vocab_size,
                "minFrequency": min_frequency,
                "merges": ids_of(vocab, merges),
                "tokens": len(vocab),
            }
        )
    result[3]["texts"] = "small-corpus"
    result[4]["texts"] = "small-corpus in three"
    return result


vocab, merges = train([corpus], 700)
small = byte_level(vocab, merges)
write("bpe-small.json", {"reference": REFERENCE, "encodings": encodings(small, texts)})
write("bpe-small-tokenizer.json", json.loads(small.to_str()))
write("bpe-training.json", {"reference": REFERENCE, "cases": training_cases()})

characters = sorted(set(corpus))
char_vocab = {c: i for i, c in enumerate([*characters, END, PAD])}
char = Tokenizer(models.WordLevel(vocab=char_vocab, unk_token=""))
char.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
char.decoder = decoders.Fuse()
char.add_special_tokens([END, PAD])
lines = [line for line in corpus.split("\n")] + ["the end<|endoftext|>"]
write("char-tokenizer.json", json.loads(char.to_str()))
write("char.json", {"reference": REFERENCE, "encodings": encodings(char, lines)})

symbols = {}
following = 256
for byte in range(256):
    printable = 0x21 <= byte <= 0x7E or 0xA1 <= byte <= 0xAC or byte >= 0xAE
    symbols[chr(byte if printable else following)] = byte
    following += not printable
byte = Tokenizer(models.BPE(vocab={**symbols, END: 256, PAD: 257}, merges=[]))
byte.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
byte.post_processor = processors.ByteLevel(trim_offsets=False, add_prefix_space=False, use_regex=False)
byte.decoder = decoders.ByteLevel(add_prefix_space=False, use_regex=False)
byte.add_special_tokens([END, PAD])
write("byte-tokenizer.json", json.loads(byte.to_str()))
write("byte.json", {"reference": REFERENCE, "encodings": encodings(byte, texts)})

if len(sys.argv) > 1:
    vocab, merges = train([pathlib.Path(sys.argv[1]).read_text("utf-8")], 1024)
    shakespeare = byte_level(vocab, merges)
    content = {"reference": REFERENCE, "vocabSize": 1024, "merges": ids_of(vocab, merges)}
    write("bpe-shakespeare-1024.json", {**content, "encodings": encodings(shakespeare, [*texts, corpus[:1500]])})
