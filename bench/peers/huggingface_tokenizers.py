"""huggingface/tokenizers: training of byte-level BPE on a file. Parameters: VOCABULARY_SIZE FILE THREADS"""

import json
import os

from contestant import serve


def create(parameters):
    size, path, threads = parameters
    os.environ["RAYON_NUM_THREADS"] = threads
    import tokenizers
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    state = {}

    def perform():
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=int(size),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            special_tokens=["<|endoftext|>", "<|pad|>"],
            show_progress=False,
        )
        tokenizer.train([path], trainer)
        state["tokenizer"] = tokenizer

    def check():
        tokenizer = state["tokenizer"]
        size = tokenizer.get_vocab_size()
        last = tokenizer.id_to_token(size - 1)
        bytes_of = {symbol: byte for byte, symbol in enumerate(byte_symbols())}
        text = bytes(bytes_of[symbol] for symbol in last).decode("utf-8", "replace")
        return f"{size} tokens, last {json.dumps(text, ensure_ascii=False)}"

    return {"tokenizers": tokenizers.__version__}, perform, check


def byte_symbols():
    """The character that byte-level BPE writes for each byte."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte if byte in printable else 0x100 + others.index(byte)) for byte in range(256)]


if __name__ == "__main__":
    serve(create)
