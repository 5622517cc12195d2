"""Tokenizers of every kind that huggingface/tokenizers serializes, small, and nasty texts for them."""
import base64
import json
import pathlib
import random
import struct
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

ROOT = pathlib.Path(__file__).resolve().parents[2]
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = LLAMA3.replace("{1,3}", "")
O200K = "|".join(
    [
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ]
)
TEKKEN = O200K.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)?", "").replace("{1,3}", "")
REGEXES = [
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    r"(?>a+)b|\w+?\b|[[:punct:]]+|\d{2,}",
    r"(?i)the|[a-c&&[^b]]+|(\p{Lu})\1|\R|\h+",
    r"(?<=\s)\S+|^.|.$|\A\s+|\s+\z",
    r"\p{Han}+|\p{^L}+|[^[:alpha:]\s]|(?<w>\p{Greek})\k<w>|",
    r"[\p{L}&&[^\p{Lu}]]+|[[:upper:]a-f]{1,2}+|(?i:straße|ſ|K)|(?m:.{3})",
    r"(?x) \d+ # digits \n | [a-z]+ (?: ' [a-z]+ )? ",
    r"\d{1,3}(?=(?:\d{3})*\b)",
    r"",
]


def corpus():
    paths = sorted([*ROOT.glob("packages/*/README.md"), *ROOT.glob("packages/tokenizer/src/*.ts"), *ROOT.glob("*.md")])
    texts = [path.read_text("utf-8") for path in paths]
    words = ["naïve café", "Größe straße", "русский текст", "日本語の文章", "한국어 문장", "ไทย", "हिन्दी", "العربية", "🙂👩‍👩‍👧", "ﬁne ½ Å"]
    return [line for text in texts for line in text.split("\n")] + words * 5


def charsmap(rules):
    """A compiled map of characters as SentencePiece has it, from texts to texts."""
    normalized, values = b"", {}
    for text, target in sorted(rules.items(), key=lambda rule: rule[0].encode()):
        values[text.encode()] = len(normalized)
        normalized += target.encode() + b"\0"
    units, used, taken = {0: 0}, {0}, set()

    def build(node, keys, depth):
        labels = sorted({key[depth] if depth < len(key) else 0 for key in keys})
        base = 1
        while base ^ node == 0 or base in taken or any((base ^ label) in used for label in labels) or not fits(base ^ node):
            base += 1
        taken.add(base)
        offset = base ^ node
        units[node] = units.get(node, 0) | (offset << 10 if offset < 1 << 21 else (offset >> 8) << 10 | 1 << 9)
        used.update(base ^ label for label in labels)
        for label in labels:
            group = [key for key in keys if (key[depth] if depth < len(key) else 0) == label]
            if label == 0:
                units[base] = 1 << 31 | values[group[0]]
                units[node] |= 1 << 8
            else:
                units[base ^ label] = label
                build(base ^ label, group, depth + 1)

    def fits(offset):
        return offset < 1 << 21

    build(0, list(values), 0)
    size = max(units) + 256
    trie = b"".join(struct.pack("<I", units.get(i, 0)) for i in range(size))
    return base64.b64encode(struct.pack("<I", len(trie)) + trie + normalized).decode()


def bpe(lines, size=600, byte_level=False, **settings):
    tokenizer = Tokenizer(models.BPE(**settings))
    special = {k: settings[k] for k in ("continuing_subword_prefix", "end_of_word_suffix") if k in settings}
    tokens = [settings["unk_token"]] if settings.get("unk_token") else []
    if settings.get("byte_fallback"):
        tokens += [f"<0x{byte:02X}>" for byte in range(256)]
    alphabet = pre_tokenizers.ByteLevel.alphabet() if byte_level else []
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=tokens, initial_alphabet=alphabet, limit_alphabet=400, show_progress=False, **special)
    return tokenizer, trainer, lines


def trained(parts, **pipeline):
    tokenizer, trainer, lines = parts
    for name, value in pipeline.items():
        if value is not None:
            setattr(tokenizer, name, value)
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def bytes_apart(tokenizer):
    """The same tokenizer where the tokens of bytes are no added tokens any more."""
    content = json.loads(tokenizer.to_str())
    content["added_tokens"] = [token for token in content["added_tokens"] if not token["content"].startswith("<0x")]
    return Tokenizer.from_str(json.dumps(content))


def unigram(lines, size=500, **settings):
    trainer = trainers.UnigramTrainer(vocab_size=size, unk_token="<unk>", special_tokens=["<unk>", "<s>", "</s>"], show_progress=False, **settings)
    return Tokenizer(models.Unigram()), trainer, lines


def word_piece(lines, size=500, prefix="##"):
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"], continuing_subword_prefix=prefix, show_progress=False)
    return Tokenizer(models.WordPiece(unk_token="[UNK]", continuing_subword_prefix=prefix)), trainer, lines


def word_level(lines, size=800):
    trainer = trainers.WordLevelTrainer(vocab_size=size, special_tokens=["<unk>"], show_progress=False)
    return Tokenizer(models.WordLevel(unk_token="<unk>")), trainer, lines


def families():
    """All tokenizers by name. Training may differ from run to run; what is compared is what the trained file does."""
    lines = corpus()
    n, p, d = normalizers, pre_tokenizers, decoders
    sequence = p.Sequence
    byte_level = lambda regex=True, prefix=False, trim=True: p.ByteLevel(add_prefix_space=prefix, trim_offsets=trim, use_regex=regex)
    result = {}
    result["gpt2"] = trained(bpe(lines, byte_level=True), pre_tokenizer=byte_level(), decoder=d.ByteLevel(), post_processor=processors.ByteLevel(trim_offsets=False))
    result["roberta"] = trained(bpe(lines, byte_level=True), pre_tokenizer=byte_level(prefix=True), decoder=d.ByteLevel())
    result["roberta"].add_special_tokens(["<s>", "</s>", AddedToken("<mask>", lstrip=True)])
    ids = {t: result["roberta"].token_to_id(t) for t in ("<s>", "</s>")}
    result["roberta"].post_processor = processors.RobertaProcessing(("</s>", ids["</s>"]), ("<s>", ids["<s>"]), trim_offsets=True, add_prefix_space=True)
    for name, pattern in [("llama3", LLAMA3), ("qwen", QWEN), ("o200k", O200K), ("tekken", TEKKEN)]:
        split = p.Split(Regex(pattern), "isolated")
        one = trained(bpe(lines, byte_level=True, ignore_merges=name != "qwen"), normalizer=n.NFC() if name == "qwen" else None, pre_tokenizer=sequence([split, byte_level(False)]), decoder=d.ByteLevel())
        one.add_special_tokens(["<|begin|>", "<|end|>"])
        one.add_tokens(["<tool>", "  x"])
        begin = ("<|begin|>", one.token_to_id("<|begin|>"))
        one.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True), processors.TemplateProcessing(single="<|begin|> $A", pair="<|begin|> $A <|begin|>:1 $B:1", special_tokens=[begin])])
        result[name] = one
    result["bytes normalized"] = trained(bpe(lines, byte_level=True), normalizer=n.Sequence([n.NFKC(), n.ByteLevel()]), pre_tokenizer=p.Split(Regex("Ġ?[^Ġ]+|Ġ+"), "isolated"), decoder=d.ByteLevel())
    result["bytes normalized"].add_tokens([AddedToken("héllo", normalized=True), AddedToken("wörld", normalized=False)])
    for i, regex in enumerate(REGEXES):
        behavior = ["isolated", "removed", "merged_with_previous", "merged_with_next", "contiguous"][i % 5]
        result[f"regex {i}"] = trained(bpe(lines, unk_token="<unk>"), pre_tokenizer=p.Split(Regex(regex), behavior, invert=i % 2 == 1))
    result["llama2"] = bytes_apart(trained(bpe(lines, 900, unk_token="<unk>", byte_fallback=True, fuse_unk=True), normalizer=n.Sequence([n.Prepend("▁"), n.Replace(" ", "▁")]), decoder=d.Sequence([d.Replace("▁", " "), d.ByteFallback(), d.Fuse(), d.Strip(" ", 1, 0)])))
    result["llama2"].add_special_tokens(["<s>", "</s>"])
    s = result["llama2"].token_to_id("<s>")
    result["llama2"].post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", s)])
    result["gemma"] = bytes_apart(trained(bpe(lines, 900, unk_token="<unk>", byte_fallback=True), normalizer=n.Replace(" ", "▁"), pre_tokenizer=p.Split(" ", "merged_with_previous"), decoder=d.Sequence([d.Replace("▁", " "), d.ByteFallback(), d.Fuse()])))
    for scheme in ("first", "never", "always"):
        for split in (True, False):
            name = f"metaspace {scheme} {split}"
            result[name] = trained(unigram(lines) if split else bpe(lines, unk_token="<unk>", fuse_unk=scheme == "first"), pre_tokenizer=p.Metaspace(prepend_scheme=scheme, split=split), decoder=d.Metaspace(prepend_scheme=scheme, split=split))
            result[name].add_tokens([AddedToken("<sep>", special=True, normalized=False), AddedToken("[X]", normalized=True)])
    result["no unk"] = trained(bpe(lines), pre_tokenizer=p.WhitespaceSplit(), decoder=d.Fuse())
    result["words apart"] = trained(bpe(lines, unk_token="<unk>", end_of_word_suffix="</w>"), normalizer=n.Lowercase(), pre_tokenizer=p.WhitespaceSplit(), decoder=d.BPEDecoder())
    result["continuing"] = trained(bpe(lines, unk_token="<unk>", continuing_subword_prefix="@@", end_of_word_suffix="~"), pre_tokenizer=p.Whitespace(), decoder=d.WordPiece("@@", cleanup=False))
    result["dropout"] = trained(bpe(lines, unk_token="<unk>"), pre_tokenizer=p.Whitespace())
    dropped = json.loads(result["dropout"].to_str())
    dropped["model"]["dropout"] = 1.0
    result["dropout"] = Tokenizer.from_str(json.dumps(dropped))
    one = trained(word_piece(lines), normalizer=n.BertNormalizer(), pre_tokenizer=p.BertPreTokenizer(), decoder=d.WordPiece())
    cls, sep = one.token_to_id("[CLS]"), one.token_to_id("[SEP]")
    one.post_processor = processors.BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    result["bert"] = one
    one = trained(word_piece(lines, prefix=""), normalizer=n.BertNormalizer(lowercase=False, strip_accents=True, clean_text=False), pre_tokenizer=p.BertPreTokenizer(), decoder=d.WordPiece(cleanup=False))
    one.post_processor = processors.TemplateProcessing(single="[CLS] $0 [SEP]", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", cls), ("[SEP]", sep)])
    result["bert template"] = one
    result["bert cased"] = trained(word_piece(lines), normalizer=n.BertNormalizer(lowercase=False, handle_chinese_chars=False), pre_tokenizer=sequence([p.WhitespaceSplit(), p.Punctuation("contiguous")]), decoder=d.WordPiece())
    rules = {"ﬁ": "fi", "Å": "Å", "½": "1/2", "\u3000": " ", "e\u0301": "é", "①": "1", "㍿": "株式会社", "\u200b": "", "ｶﾞ": "ガ", "\t": " ", "a\u0308": "ä", "が": "が"}
    result["unigram precompiled"] = trained(unigram(lines), normalizer=n.Sequence([n.Precompiled(base64.b64decode(charsmap(rules))), n.Replace(Regex(" {2,}"), " ")]), pre_tokenizer=sequence([p.WhitespaceSplit(), p.Metaspace()]), decoder=d.Metaspace())
    with_bytes = json.loads(trained(unigram(lines, 400), normalizer=n.Nmt(), pre_tokenizer=p.Metaspace()).to_str())
    with_bytes["model"]["byte_fallback"] = True
    with_bytes["model"]["vocab"] += [[f"<0x{byte:02X}>", -20.0] for byte in range(256)]
    result["unigram bytes"] = Tokenizer.from_str(json.dumps(with_bytes))
    result["unigram bytes"].decoder = d.Sequence([d.ByteFallback(), d.Metaspace()])
    result["unigram whole"] = trained(unigram(lines, 700), normalizer=n.NFKD())
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        result[form] = trained(word_piece(lines), normalizer=getattr(n, form)(), pre_tokenizer=p.Whitespace(), decoder=d.CTC("[PAD]", "|", True))
    accents = n.Sequence([n.NFD(), n.StripAccents(), n.Lowercase(), n.Strip(), n.Replace(Regex(r"\s+"), " "), n.Replace("''", '"')])
    result["accents"] = trained(word_level(lines), normalizer=accents, pre_tokenizer=sequence([p.Whitespace(), p.Digits(individual_digits=True)]))
    result["digits"] = trained(bpe(lines, unk_token="<unk>"), normalizer=n.Strip(left=False, right=True), pre_tokenizer=sequence([p.WhitespaceSplit(), p.Digits(individual_digits=False), p.Punctuation("merged_with_next")]))
    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        result[f"punctuation {behavior}"] = trained(word_level(lines), pre_tokenizer=sequence([p.Punctuation(behavior), p.CharDelimiterSplit("e")]))
        result[f"string {behavior}"] = trained(bpe(lines, unk_token="<unk>"), pre_tokenizer=p.Split(" ", behavior, invert=behavior == "contiguous"), decoder=d.Replace("e", "E"))
    result["scripts"] = trained(bpe(lines, unk_token="<unk>", fuse_unk=True), pre_tokenizer=p.UnicodeScripts())
    result["scripts and spaces"] = trained(unigram(lines), normalizer=n.Prepend("_"), pre_tokenizer=sequence([p.WhitespaceSplit(), p.UnicodeScripts(), p.Metaspace(prepend_scheme="first")]))
    result["fixed length"] = trained(word_piece(lines), pre_tokenizer=p.FixedLength(3), decoder=d.Sequence([d.Strip("#", 2, 1), d.Fuse(), d.Strip("e", 1, 2)]))
    result["nothing"] = trained(bpe(lines[:200], unk_token="<unk>"))
    one = trained(word_level(lines), normalizer=n.Lowercase(), pre_tokenizer=p.Whitespace())
    one.add_tokens([AddedToken("Hello", single_word=True), AddedToken("new york", normalized=True), AddedToken("ab", lstrip=True, rstrip=True), AddedToken("abc", normalized=False, rstrip=True), AddedToken("ß", normalized=False, single_word=True), AddedToken("  ", normalized=False), AddedToken("1", normalized=False, lstrip=True)])
    one.add_special_tokens([AddedToken("<S>", normalized=True), AddedToken("<|x|>", lstrip=True, rstrip=True), "<|x", "x|>"])
    one.post_processor = processors.Sequence([processors.TemplateProcessing(single="<|x $A:2 x|>:3", pair="$B:1 <|x $A:5 $A:6", special_tokens=[("<|x", one.token_to_id("<|x")), ("x|>", one.token_to_id("x|>"))]), processors.ByteLevel()])
    result["added"] = one
    return result


LATER = [(0x0CF3, 0x0CF3), (0x0ECE, 0x0ECE), (0x10EFD, 0x10EFF), (0x1123F, 0x11241), (0x11B00, 0x11B09), (0x11F00, 0x11F10), (0x11F12, 0x11F3A), (0x11F3E, 0x11F59), (0x1342F, 0x1342F), (0x13439, 0x13455), (0x1B132, 0x1B132), (0x1B155, 0x1B155), (0x1D2C0, 0x1D2D3), (0x1DF25, 0x1DF2A), (0x1E030, 0x1E06D), (0x1E08F, 0x1E08F), (0x1E4D0, 0x1E4F9), (0x1F6DC, 0x1F6DC), (0x1F774, 0x1F776), (0x1F77B, 0x1F77F), (0x1F7D9, 0x1F7D9), (0x1FA75, 0x1FA77), (0x1FA87, 0x1FA88), (0x1FAAD, 0x1FAAF), (0x1FABB, 0x1FABD), (0x1FABF, 0x1FABF), (0x1FACE, 0x1FACF), (0x1FADA, 0x1FADB), (0x1FAE8, 0x1FAE8), (0x1FAF7, 0x1FAF8), (0x31350, 0x323AF)]


def assigned():
    """All code points of Unicode 15.0, surrogates aside: those of 14.0 and those that 15.0 added."""
    if unicodedata.unidata_version < "15":
        later = [point for first, last in LATER for point in range(first, last + 1)]
    else:
        later = []
    known = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs") and c < 0xF0000]
    return sorted(set(known + later))


def block_lines(step=48):
    points = assigned()
    # Ideographs and syllables are many of a kind: a part of them stands for all.
    points = [c for c in points if not (0x3400 <= c < 0xA000 or 0xAC00 <= c < 0xD7A4 or 0x20000 <= c < 0x323B0 or 0x17000 <= c < 0x18D00 or 0xE000 <= c < 0xF900) or c % 37 == 0]
    return ["".join(map(chr, points[i : i + step])) for i in range(0, len(points), step)]


PIECES = [
    "Hello", "hello", " world", "the", " The", "it's", "IT'S", "I'LL", "we've", "'ſ", "don't", "'d'", "new york", "New  York", "abc", "ab", " ab ", "xabcx", "<|x|>", "<|x", "x|>", " <S> ", "<s>", "</s>", "<mask>", "<sep>", "[X]", "[x]", "[MASK]", "<|begin|>", "<|end|>", "<tool>", "  x", "<unk>", "[UNK]", "<0x41>", "héllo", "wörld", "<|endoftext|>", "<bos>", "<|im_start|>", "<|begin_of_text|>", "[INST]",
    "1", "12", "123", "12345678", "3.14", "٣٤", "½", "²", "Ⅷ", "①", "१२",
    " ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\n\n", "\u00a0", "\u3000", "\u2028", "\u0085", "\u200b", "\ufeff", "\x00", "\x01", "\x1f", "\x7f", "\x0b", "\x0c", "     \n   ",
    "é", "e\u0301", "a\u0308\u0323", "a\u0323\u0308", "\u0301", "q\u0307\u0323", "ệ", "Å", "Å", "ﬁ", "ß", "ẞ", "İ", "ı", "ΣΑΣ", "ς", "ǅ", "ŉ", "\u0344", "\u0958", "\u1100\u1161\u11a8", "각", "가\u11a8", "日本", "語", "の", "カ", "ー", "ｶﾞ", "㍿", "𠮷", "한국", "ไทย", "हिन्दी", "क्षि", "عربي", "עברית", "\u202b", "русский", "Ж", "ελ", "ა", "ꜱ", "ʕ", "🙂", "👩‍👩‍👧", "🇩🇪", "👍🏽", "☀\ufe0f", "1\ufe0f\u20e3", "𝔘", "\U0001f1e6", "\U000e0041", "\ue000", "\U00010ffd", "\ufffd", "͏", "\u0e33",
    "!", "!!", "?!", "...", "—", "“x”", "#", "$", "@@", "~", "^", "`", "_", "__init__", "/", "//", "\\", "|", "▁", "▁▁", "Ġ", "Ċ", "def f(x):\n    return x+1\n", "<div class='a'>", "https://x.org/?q=1&r=2", "a" * 70, "ab" * 40, "é" * 40, "!" * 66, " " * 70, "\n" * 9, "x\n \n\ny", "foo/bar/\n", "CamelCaseWord", "XMLHttp", "AאB", "αΒ", "ǅx", "'", "''", "\"", " .", " do not", " n't", "kK", "straße STRASSE", "-", "&", "+1",
]


def nasty_lines(seed, count):
    choice = random.Random(seed)
    points = assigned()
    result = []
    for _ in range(count):
        pieces = []
        for _ in range(choice.randint(1, 14)):
            kind = choice.random()
            if kind < 0.72:
                pieces.append(choice.choice(PIECES))
            elif kind < 0.86:
                pieces.append(chr(choice.choice(points)))
            else:
                pieces.append("".join(choice.choice("abcdeTHE tines.,'") for _ in range(choice.randint(1, 12))))
        result.append("".join(pieces))
    return result
