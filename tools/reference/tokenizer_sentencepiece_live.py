"""Compares gptloom's reading of SentencePiece models with sentencepiece itself, on models and texts of any seed.

    python tools/reference/tokenizer_sentencepiece_live.py [--seed 1] [--lines 120]

Needs sentencepiece and node; prints what differs.
"""
import argparse
import base64
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import sentencepiece

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "packages/tokenizer/test/golden"
parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--lines", type=int, default=120)
parser.add_argument("--node", default="node")
arguments = parser.parse_args()
choice = random.Random(arguments.seed)
corpus = (GOLDEN / "small-corpus.txt").read_text("utf-8")

SYMBOLS = [["<sep>", "##"], ["<a>", "<a><b>", "b", "the"], ["\n\n", "\u2581\u2581", "\t", "e", "ing"], ["(+)", "[x]\\", "\u65e5", "\U0001f642"]]
PARTS = ["the", " ", "  ", "   ", "e", "1", "\u00e9", "\u65e5\u672c", "\U0001f642", "\n", "a", "ing", "! ", ". ", "river", "\t", "<s>", "</s>", "<unk>", "<0x0A>", "\u2581", "\u00a0", "x\u0301"]


def models():
    for kind in ("bpe", "unigram"):
        for bytes_too in (False, True):
            for prefix in (False, True):
                for collapse in (False, True):
                    symbols = choice.choice([[], *SYMBOLS, *SYMBOLS])
                    yield dict(model_type=kind, byte_fallback=bytes_too, add_dummy_prefix=prefix, remove_extra_whitespaces=collapse, user_defined_symbols=symbols, normalization_rule_name=choice.choice(["identity", "nmt_nfkc", "nfkc_cf"]) if not symbols else "identity")


failed = 0
total = 0
for setting in models():
    writer = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(corpus.split("\n")), model_writer=writer, vocab_size=choice.choice([480, 560]), hard_vocab_limit=False, minloglevel=2, **setting)
    processor = sentencepiece.SentencePieceProcessor(model_proto=writer.getvalue())
    symbols = setting["user_defined_symbols"]
    parts = PARTS + symbols * 3
    texts = ["", " ", "  ", *PARTS, *[a + b for a in symbols for b in [" ", "a", *symbols]], *[b + a for a in symbols for b in [" ", "  ", "a"]], *symbols]
    texts += ["".join(choice.choice(parts) for _ in range(choice.randrange(1, 25))) for _ in range(arguments.lines)]
    if setting["model_type"] == "bpe" and setting["add_dummy_prefix"]:
        # In tokenizer.json a text that is one added token alone has no space before it.
        texts = [text for text in texts if (text.strip(" ") if setting["remove_extra_whitespaces"] else text).replace(" ", "\u2581") not in symbols]
    cases = [{"text": text, "ids": processor.encode(text), "decoded": processor.decode(processor.encode(text))} for text in texts]
    total += len(cases)
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "cases.json"
        path.write_text(json.dumps({"name": json.dumps(setting, ensure_ascii=False), "model": base64.b64encode(writer.getvalue()).decode(), "cases": cases}), "utf-8")
        done = subprocess.run([arguments.node, "--conditions=gptloom-source", str(pathlib.Path(__file__).with_name("tokenizer-sentencepiece-live.ts")), str(path)])
        failed += done.returncode != 0
print("sentencepiece", sentencepiece.__version__, "seed", arguments.seed, f"{total} texts,", "different" if failed else "all equal", f"({failed} models)")
sys.exit(failed != 0)
