"""huggingface/tokenizers: byte-level BPE. Parameters: train|encode VOCABULARY DOCUMENTS_FILE [THREADS]"""

import json
import os

from contestant import serve


def create(parameters):
    work, size, path = parameters[:3]
    if len(parameters) > 3:
        os.environ["RAYON_NUM_THREADS"] = parameters[3]
    import tokenizers
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    with open(path, encoding="utf-8") as file:
        documents = json.load(file)

    def train():
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=int(size),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            special_tokens=["<|endoftext|>", "<|pad|>"],
            show_progress=False,
        )
        tokenizer.train_from_iterator(documents, trainer)
        return tokenizer

    state = {}
    if work == "train":

        def perform():
            state["count"] = train().get_vocab_size()

        unit = "tokens"
    else:
        tokenizer = train()

        def perform():
            encodings = tokenizer.encode_batch_fast(documents, add_special_tokens=False)
            state["count"] = sum(len(encoding.ids) for encoding in encodings)

        unit = "ids"
    return {"tokenizers": tokenizers.__version__}, perform, lambda: f"{state['count']} {unit}"


serve(create)
