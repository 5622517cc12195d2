"""Loads tokenizers that gptloom wrote in transformers and compares ids.

    python tools/reference/tokenizer_verify.py DIRECTORY...

Each directory holds the files of `toFiles()` and an `expected.json`: {"texts": [...], "ids": [[...], ...], "endToken",
"padToken"} as gptloom encodes them with every special token allowed.
"""
import json
import pathlib
import sys

import tokenizers
import transformers

print("tokenizers", tokenizers.__version__, "transformers", transformers.__version__)
for directory in map(pathlib.Path, sys.argv[1:]):
    expected = json.loads((directory / "expected.json").read_text("utf-8"))
    plain = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json"))
    fast = transformers.PreTrainedTokenizerFast.from_pretrained(directory)
    automatic = transformers.AutoTokenizer.from_pretrained(directory)
    for text, ids in zip(expected["texts"], expected["ids"], strict=True):
        assert plain.encode(text).ids == ids, text
        for loaded in (fast, automatic):
            assert loaded(text).input_ids == ids, text
            assert loaded.decode(ids) == plain.decode(ids, skip_special_tokens=False), text
    for loaded in (fast, automatic):
        assert loaded.eos_token_id == expected["endToken"]
        assert loaded.pad_token_id == expected["padToken"]
        assert len(loaded) == plain.get_vocab_size()
    print(directory.name, "equal on", len(expected["texts"]), "texts;", type(automatic).__name__)
