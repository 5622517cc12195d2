"""Encoding on one thread. Parameters: tiktoken|tokenizers VOCABULARY TOKENIZER_JSON FILE whole|lines new|known"""

import json
import os
import time

from contestant import serve


def create(parameters):
    name, vocabulary, json_path, path, cut, words = parameters
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    texts = [text] if cut == "whole" else lines_of(text)
    if name == "tiktoken":
        # It remembers no words. Its ranks come from the vocabulary, which it would otherwise download.
        import tiktoken

        version = tiktoken.__version__
        encode = tiktoken_encoder(tiktoken, vocabulary, json_path)
        fresh = lambda: encode
    else:
        import tokenizers

        version = tokenizers.__version__

        def fresh():
            tokenizer = tokenizers.Tokenizer.from_file(json_path)
            return lambda texts: [one.ids for one in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    state = {"encode": fresh(), "ids": [], "first": None}

    def perform():
        state["ids"] = []
        if words == "new":
            state["encode"] = fresh()
        started = time.perf_counter()
        state["ids"] = state["encode"](texts)
        seconds = time.perf_counter() - started
        state["first"] = state["first"] or seconds
        return 1000 * seconds

    def check():
        speed = len(text.encode()) / state["first"] / 1e6
        return f"{describe_ids(state['ids'])}, first call {speed:.1f} MB/s"

    return {name: version}, perform, check


def lines_of(text):
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def tiktoken_encoder(tiktoken, vocabulary, json_path):
    from tiktoken_ext import openai_public as published

    with open(json_path, encoding="utf-8") as file:
        document = json.load(file)
    special = {token["content"]: token["id"] for token in document["added_tokens"]}
    byte_of = {symbol: byte for byte, symbol in enumerate(byte_symbols())}
    tokens = document["model"]["vocab"].items()
    ranks = {bytes(byte_of[symbol] for symbol in token): id for token, id in tokens if token not in special}
    # The pattern that is published with the ranks, which are not downloaded.
    published.load_tiktoken_bpe = published.data_gym_to_mergeable_bpe_ranks = lambda *_, **__: {}
    pattern = getattr(published, vocabulary)()["pat_str"]
    encoding = tiktoken.Encoding(vocabulary, pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)
    return lambda texts: [encoding.encode_ordinary(text) for text in texts]


def byte_symbols():
    """The character that byte-level BPE writes for each byte."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte if byte in printable else 0x100 + others.index(byte)) for byte in range(256)]


def describe_ids(texts):
    """The number of ids, and a hash that is the same in contestants/encoding.ts."""
    state = 0
    for ids in texts:
        for id in ids:
            state = (state * 31 + id) & 0xFFFFFFFF
    return f"{sum(map(len, texts))} ids, {state:x}"


serve(create)
