"""Golden files of training and of foreign formats of packages/tokenizer.

    python tools/reference/tokenizer_training_golden.py [PATH_OF_TINYSHAKESPEARE]

Writes packages/tokenizer/test/golden/training-*.json from huggingface/tokenizers, tiktoken, sentencepiece and
transformers. Of Shakespeare digests only are kept.
"""
import base64
import hashlib
import io
import json
import pathlib
import random
import struct
import sys

import sentencepiece
import tiktoken
import tokenizers
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "packages/tokenizer/test/golden"
texts = json.loads((GOLDEN / "tricky-texts.json").read_text("utf-8"))
texts = [text for text in texts if not any(0xD800 <= ord(c) < 0xE000 for c in text)]
corpus = (GOLDEN / "small-corpus.txt").read_text("utf-8")
SPECIAL = ["[PAD]", "[UNK]", "[SEP]", "[CLS]", "[MASK]"]


def write(name, reference, content):
    path = GOLDEN / f"training-{name}.json"
    path.write_text(json.dumps({"reference": reference, **content}, ensure_ascii=True, separators=(",", ":")) + "\n")
    print(path.name, path.stat().st_size)


def digest(items):
    return hashlib.sha256("\n".join(items).encode()).hexdigest()


def model_of(tokenizer):
    return json.loads(tokenizer.to_str())["model"]


def by_id(vocab):
    return sorted(vocab, key=vocab.get)


def word_piece(text, vocab_size, min_frequency=0):
    """The alphabet in a fixed order: as special tokens, which get their ids before anything else."""
    normalizer, cut = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    words = [word for word, _ in cut.pre_tokenize_str(normalizer.normalize_str(text))]
    plain = sorted({c for word in words for c in word})
    inner = sorted({c for word in words for c in word[1:]})
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, cut
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        special_tokens=SPECIAL + plain + ["##" + c for c in inner],
        show_progress=False,
    )
    tokenizer.train_from_iterator([text], trainer)
    return by_id(tokenizer.get_vocab())


def character_bpe(text, vocab_size):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<|pad|>", "<unk>", "<|endoftext|>"]
    tokenizer.train_from_iterator(
        [text], trainers.BpeTrainer(vocab_size=vocab_size, special_tokens=special, show_progress=False)
    )
    model = model_of(tokenizer)
    return by_id(model["vocab"]), [" ".join(merge) for merge in model["merges"]]


def unigram(text, vocab_size):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=vocab_size, special_tokens=["<pad>", "<unk>", "</s>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer


def byte_level(text, vocab_size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=[], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([text], trainer)
    return model_of(tokenizer)


def training():
    vocab, merges = character_bpe(corpus, 600)
    pieces = unigram(corpus, 400)
    write(
        "small",
        f"tokenizers {tokenizers.__version__}",
        {
            "wordPiece": {"vocab": word_piece(corpus, 500)},
            "wordPieceAtLeast3": {"vocab": word_piece(corpus, 500, 3)},
            "characterBpe": {"vocab": vocab, "merges": merges},
            "unigram": {"vocab": [piece for piece, _ in model_of(pieces)["vocab"]]},
        },
    )


def shakespeare(path):
    text = pathlib.Path(path).read_text("utf-8")
    cut = int(len(text) * 0.9)
    result = {}
    for size in (1024, 8192):
        vocab, merges = character_bpe(text, size)
        pieces = unigram(text[:cut], size)
        result[str(size)] = {
            "byteLevelBpe": digest([" ".join(merge) for merge in byte_level(text, size)["merges"]]),
            "wordPiece": digest(word_piece(text, size)),
            "characterBpe": digest(vocab + merges),
            "unigram": digest(sorted(piece for piece, _ in model_of(pieces)["vocab"])),
            "unigramHeldOutTokens": len(pieces.encode(text[cut:]).ids),
        }
    write("shakespeare", f"tokenizers {tokenizers.__version__}", result)


def ranks():
    model = byte_level(corpus, 700)
    alphabet = bytes_of_alphabet()
    token_bytes = {bytes(alphabet[c] for c in token): rank for token, rank in model["vocab"].items()}
    # Ranks of bytes in the order of tiktoken's files are no matter; those of the reference's vocabulary are as good.
    patterns = {
        "gpt2": r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s""",
        "cl100k": r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s""",
        "o200k": "|".join(
            [
                r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
                r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
                r"""\p{N}{1,3}""",
                r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""",
                r"""\s*[\r\n]+""",
                r"""\s+(?!\S)""",
                r"""\s+""",
            ]
        ),
    }
    special = {"<|endoftext|>": len(token_bytes)}
    encodings = {}
    for name, pattern in patterns.items():
        encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=token_bytes, special_tokens=special)
        encodings[name] = [encoding.encode_ordinary(text) for text in texts]
    lines = "".join(f"{base64.b64encode(token).decode()} {rank}\n" for token, rank in sorted(token_bytes.items(), key=lambda x: x[1]))
    write("tiktoken", f"tiktoken {tiktoken.__version__}", {"ranks": lines, "texts": texts, "encodings": encodings})


def bytes_of_alphabet():
    printable = list(range(0x21, 0x7F)) + list(range(0xA1, 0xAD)) + list(range(0xAE, 0x100))
    rest = [byte for byte in range(256) if byte not in printable]
    return {**{chr(byte): byte for byte in printable}, **{chr(0x100 + i): byte for i, byte in enumerate(rest)}}


def sentence_pieces():
    rules = pathlib.Path("rules.tsv")
    # A few rules of normalization in place of NFKC's 200 kB.
    rules.write_text("FB01\t66 69\nFF11\t31\n3000\t20\n9\t20\n41 30A\tC5\n")
    settings = {
        "unigram": dict(model_type="unigram", normalization_rule_tsv=str(rules)),
        "bpe": dict(model_type="bpe", normalization_rule_tsv=str(rules)),
        "unigramBytes": dict(model_type="unigram", byte_fallback=True, normalization_rule_name="identity"),
        "llama": dict(
            model_type="bpe",
            byte_fallback=True,
            normalization_rule_name="identity",
            remove_extra_whitespaces=False,
            split_digits=True,
            allow_whitespace_only_pieces=True,
        ),
        "userDefined": dict(
            model_type="bpe",
            byte_fallback=True,
            normalization_rule_name="identity",
            remove_extra_whitespaces=False,
            user_defined_symbols=["<sep>", "##"],
        ),
        "userDefinedUnigram": dict(
            model_type="unigram", normalization_rule_name="identity", user_defined_symbols=["<sep>", "##", "ing"]
        ),
        "noPrefix": dict(model_type="unigram", add_dummy_prefix=False, pad_id=3, normalization_rule_name="identity"),
    }
    samples = [text for text in texts if len(text) < 300 and "\0" not in text]
    generator = random.Random(5)
    parts = ["the", " ", "  ", "e", "##", "1", "\u00e9", "\u65e5", "\U0001f642", "\n", "a", "ing", "! ", ". ", "\ufb01", "\u3000", "A\u030a"]
    samples += ["##", "<sep>", "##the", "<sep> the", "  ## the  <sep>  ", "a  ##  a", "<s>", "a<s>##</s><unk>"]
    samples += ["".join(generator.choice(parts) for _ in range(generator.randrange(1, 30))) for _ in range(40)]
    result = {}
    for name, setting in settings.items():
        writer = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(corpus.split("\n")),
            model_writer=writer,
            vocab_size=500,
            hard_vocab_limit=False,
            minloglevel=2,
            **setting,
        )
        processor = sentencepiece.SentencePieceProcessor(model_proto=writer.getvalue())
        # Ties between ways of the same probability go by the rounding of 32-bit sums there, of 64-bit ones elsewhere.
        repeats = [] if setting["model_type"] == "bpe" else ["a" * 20, "ab" * 20]
        chosen = [text for text in samples if not any(repeat in text for repeat in repeats)]
        # In tokenizer.json a text that is one added token alone has no space before it.
        chosen = [text for text in chosen if name != "userDefined" or text.strip(" ") not in ("<sep>", "##")]
        result[name] = {
            "model": base64.b64encode(writer.getvalue()).decode(),
            "texts": chosen,
            "ids": [processor.encode(text) for text in chosen],
            "decoded": [processor.decode(processor.encode(text)) for text in chosen],
        }
    rules.unlink()
    write("sentencepiece", f"sentencepiece {sentencepiece.__version__}", {"models": result})
    llama2c(base64.b64decode(result["llama"]["model"]), samples)


def llama2c(model, samples):
    """A tokenizer in llama2.c's layout, and `encode` of run.c word for word."""
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    tokens, scores = [], []
    for i in range(processor.vocab_size()):
        token = processor.id_to_piece(i)
        token = {processor.bos_id(): "\n<s>\n", processor.eos_id(): "\n</s>\n"}.get(i, token)
        tokens.append(token.replace("\u2581", " ").encode())
        scores.append(processor.get_score(i))
    content = struct.pack("<i", max(map(len, tokens)))
    content += b"".join(struct.pack("<fi", score, len(token)) + token for token, score in zip(tokens, scores))
    ids = {token: i for i, token in enumerate(tokens)}

    def encode(text):
        row = [ids[b" "]] if text else []
        for character in text:
            data = character.encode()
            row += [ids[data]] if data in ids else [byte + 3 for byte in data]
        while True:
            best, place, merged = -1e10, -1, -1
            for i in range(len(row) - 1):
                found = ids.get(tokens[row[i]] + tokens[row[i + 1]])
                if found is not None and scores[found] > best:
                    best, place, merged = scores[found], i, found
            if place < 0:
                return row
            row[place : place + 2] = [merged]

    write(
        "llama2c",
        "karpathy/llama2.c run.c, encode, in Python",
        {"model": base64.b64encode(content).decode(), "texts": samples, "ids": [encode(text) for text in samples]},
    )


def chat():
    tokenizer_file = unigram(corpus, 400)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer_file, eos_token="</s>", bos_token="<s>", pad_token="<pad>", unk_token="<unk>"
    )
    templates = {
        "blocks": "{{ bos_token }}{% for message in messages %}\n{{- '<|' + message.role + '|>\n' }}\n{%- if message.role == 'assistant' %}\n  {% generation %}\n{{ message.content }}{{ eos_token }}{%- endgeneration %}\n{% else %}\n{{ message.content | trim }}{{ eos_token }}\n{% endif %}\n{% endfor %}\n{% if add_generation_prompt %}<|assistant|>\n{% endif %}",
        "tight": "{% for m in messages %}{{ m['role'] + ': ' }}{% if m['role'] == 'assistant' %}{%- generation -%}  {{ m['content'] }}{{ eos_token }}  {%- endgeneration -%}{% else %}{{ m['content'] + eos_token }}{% endif %}{% endfor %}",
    }
    conversations = [
        [{"role": "user", "content": "What is the sea?"}, {"role": "assistant", "content": "The sea is the sea."}],
        [
            {"role": "system", "content": " Be brief. "},
            {"role": "user", "content": "The sea?"},
            {"role": "assistant", "content": "The sea?"},
            {"role": "user", "content": "Yes, the sea?"},
            {"role": "assistant", "content": "The sea?"},
        ],
    ]
    cases = []
    for name, template in templates.items():
        for conversation in conversations:
            for prompt in (False, True):
                out = tokenizer.apply_chat_template(
                    conversation,
                    chat_template=template,
                    add_generation_prompt=prompt,
                    return_assistant_tokens_mask=True,
                    return_dict=True,
                )
                text = tokenizer.apply_chat_template(
                    conversation, chat_template=template, add_generation_prompt=prompt, tokenize=False
                )
                cases.append(
                    {
                        "template": template,
                        "messages": conversation,
                        "addGenerationPrompt": prompt,
                        "text": text,
                        "ids": out["input_ids"],
                        "mask": out["assistant_masks"],
                    }
                )
    tokenizer_json = tokenizer.backend_tokenizer.to_str()
    write("chat", f"transformers {transformers.__version__}", {"tokenizer": tokenizer_json, "cases": cases})


training()
ranks()
sentence_pieces()
chat()
if len(sys.argv) > 1:
    shakespeare(sys.argv[1])
