"""Compares gptloom's tokenizers with huggingface/tokenizers on texts of any seed.

    python tools/reference/tokenizer_live.py [--seed 1] [--lines 150] [--only NAME] [TOKENIZER_JSON...]

The tokenizers are those of tokenizer_families.py and the files that are named. Needs node; prints what differs.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import tokenizers
from tokenizers import Tokenizer

import tokenizer_families as families
from tokenizer_live_parts import encoding

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--lines", type=int, default=150)
parser.add_argument("--only", default="")
parser.add_argument("--node", default="node")
parser.add_argument("files", nargs="*")
arguments = parser.parse_args()


def same(left, right):
    """Equal but for the last digits of numbers, which the reference reads inexactly."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return abs(left - right) < 1e-12 * abs(left) if isinstance(left, float) and left != right else left == right


def attempt(make):
    try:
        return make()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return {"error": str(error)[:100]}


def cases_of(name, tokenizer, lines, seed):
    choice = random.Random(seed)
    size = max(tokenizer.get_vocab().values()) + 1
    cases = []
    for i, text in enumerate(lines):
        tokenizer.encode_special_tokens = True
        plain = attempt(lambda: tokenizer.encode(text, add_special_tokens=False).ids)
        tokenizer.encode_special_tokens = False
        case = {"text": text, "plain": plain, "full": attempt(lambda: encoding(tokenizer.encode(text), [text]))}
        if isinstance(plain, list):
            ids = plain + [choice.randrange(size) for _ in range(choice.randint(1, 8))]
            if i % 3 == 0:
                choice.shuffle(ids)
            case["ids"] = ids
            case["decoded"] = attempt(lambda: tokenizer.decode(ids, skip_special_tokens=True))
            case["decodedAll"] = attempt(lambda: tokenizer.decode(ids, skip_special_tokens=False))
        if i % 4 == 0:
            pair = choice.choice(lines)
            if name == "added":
                # Its template has texts twice and in another order: places must not depend on the text.
                pair = "".join(c for c in pair if ord(c) < 0x10000)
            case["pair"] = pair
            case["pairFull"] = attempt(lambda: encoding(tokenizer.encode(text, pair), [text, pair]))
            if i % 8 == 0:
                # Truncation forgets which text a token is of: without pairs of units all places are the same.
                text, pair = ("".join(c for c in one if ord(c) < 0x10000) for one in (text, pair))
            length = choice.randint(6, 20)
            truncation = dict(max_length=length, stride=min(choice.choice([0, 0, 1, 2, 5]), (length - 4) // 2 - 1), strategy=choice.choice(["longest_first", "only_first", "only_second"]), direction=choice.choice(["left", "right"]))
            padding = dict(direction=choice.choice(["left", "right"]), length=choice.choice([None, 12]), pad_to_multiple_of=choice.choice([None, 8]), pad_id=3, pad_token="[P]", pad_type_id=choice.choice([0, 2]))
            case["truncation"], case["padding"] = truncation, padding

            def limited():
                tokenizer.enable_truncation(**truncation)
                tokenizer.enable_padding(**padding)
                batch = [text, (text, pair)] if i % 8 == 0 else [text, pair]
                special = i % 12 != 0
                return [encoding(one, list(entry) if isinstance(entry, tuple) else [entry]) for one, entry in zip(tokenizer.encode_batch(batch, add_special_tokens=special), batch)]

            case["limitedText"], case["limitedPair"] = text, pair
            case["limited"] = attempt(limited)
            tokenizer.no_truncation()
            tokenizer.no_padding()
        cases.append(case)
    return cases


print("tokenizers", tokenizers.__version__, "seed", arguments.seed)
lines = families.nasty_lines(arguments.seed, arguments.lines)
blocks = families.block_lines()
choice = random.Random(arguments.seed)
named = {} if arguments.only == "-" else families.families()
named.update({path: Tokenizer.from_file(path) for path in arguments.files})
failed = 0
for name, tokenizer in named.items():
    if arguments.only not in ("", "-") and arguments.only not in name:
        continue
    tokenizer.no_padding()
    tokenizer.no_truncation()
    content = tokenizer.to_str()
    texts = ["", *lines, *choice.sample(blocks, min(len(blocks), arguments.lines))]
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "cases.json"
        path.write_text(json.dumps({"name": name, "tokenizer": content, "cases": cases_of(name, tokenizer, texts, arguments.seed)}), "utf-8")
        done = subprocess.run([arguments.node, "--conditions=gptloom-source", str(pathlib.Path(__file__).with_name("tokenizer-live.ts")), str(path)])
        failed += done.returncode != 0
        written = path.with_name("written.json")
        if written.exists() and not same(json.loads(Tokenizer.from_file(str(written)).to_str()), json.loads(content)):
            print(name, "is written otherwise than the reference writes it")
            failed += 1
print("different" if failed else "all equal", f"({failed} of {len(named)})")
sys.exit(failed != 0)
