"""huggingface/tokenizers: training on a file. Parameters: TRAINING VOCABULARY_SIZE FILE THREADS"""

import hashlib
import os

from contestant import serve


def create(parameters):
    training, size, path, threads = parameters
    os.environ["RAYON_NUM_THREADS"] = threads
    import tokenizers
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    # The special tokens and rules that are gptloom's own where nothing else is said.
    common = {"vocab_size": int(size), "show_progress": False}

    def byte_level():
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        special = ["<|endoftext|>", "<|pad|>"]
        return tokenizer, trainers.BpeTrainer(initial_alphabet=alphabet, special_tokens=special, **common)

    def characters():
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        return tokenizer, trainers.BpeTrainer(special_tokens=["<|pad|>", "<unk>", "<|endoftext|>"], **common)

    def words():
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        special = ["[PAD]", "[UNK]", "[SEP]", "[CLS]", "[MASK]"]
        return tokenizer, trainers.WordPieceTrainer(special_tokens=special, **common)

    def unigram():
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        special = ["<pad>", "<unk>", "</s>"]
        return tokenizer, trainers.UnigramTrainer(special_tokens=special, unk_token="<unk>", **common)

    prepare = {"bytes": byte_level, "characters": characters, "words": words, "unigram": unigram}[training]
    state = {}

    def perform():
        tokenizer, trainer = prepare()
        tokenizer.train([path], trainer)
        state["tokenizer"] = tokenizer

    def check():
        tokens = sorted(token.encode() for token in state["tokenizer"].get_vocab())
        digest = hashlib.sha1(b"\n".join(tokens)).hexdigest()[:8]
        return f"{len(tokens)} tokens, {digest}"

    return {"tokenizers": tokenizers.__version__}, perform, check


if __name__ == "__main__":
    serve(create)
