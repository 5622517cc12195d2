"""Which code points huggingface/tokenizers takes for letters, punctuation, marks, ... as ranges, for tokenizer-unicode-tables.ts.

    python tools/reference/tokenizer_unicode_tables.py OUTPUT.json

The reference mixes tables of several Unicode versions (its crates are of different age); this asks it about each code point.
"""
import json
import sys
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

POINTS = [c for c in [*range(0x323C0), *range(0xE0000, 0xE0200), 0xF0000, 0xFFFFD, 0x100000] if not 0xD800 <= c < 0xE000]
ONIG = {
    **{f"onig:{name}": rf"\p{{{name}}}" for name in "L M N P S Z C Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Alpha Han".split()},
    r"onig:\s": r"\s", r"onig:\w": r"\w", r"onig:\d": r"\d", r"onig:\h": r"\h", "onig:.": ".",
    **{f"onig:[:{n}:]": f"[[:{n}:]]" for n in "alpha punct space upper lower alnum cntrl graph print digit xdigit word blank ascii".split()},
}


def ranges(points):
    result = []
    for point in points:
        if result and result[-1][1] == point - 1:
            result[-1][1] = point
        else:
            result.append([point, point])
    return result


def removed(pre_tokenizer):
    return ranges(c for c in POINTS if pre_tokenizer.pre_tokenize_str(chr(c)) == [])


def split(pre_tokenizer):
    return ranges(c for c in POINTS if len(pre_tokenizer.pre_tokenize_str(f"\u4e00{chr(c)}\u4e00")) == 3)


def dropped(normalizer):
    return ranges(c for c in POINTS if normalizer.normalize_str(f"a{chr(c)}a") == "aa")


def mapping(normalizer):
    result = {}
    for c in POINTS:
        if 0xAC00 <= c < 0xD7A4:
            continue
        text = normalizer.normalize_str(chr(c))
        if text != chr(c):
            result[c] = text
    return result


def script_runs():
    """Runs of code points that UnicodeScripts keeps together: [first, script], where script 0 joins any other."""
    scripts = pre_tokenizers.UnicodeScripts()
    together = lambda text: len(scripts.pre_tokenize_str(text)) == 1
    samples, runs, last = ["a", "\u4e00"], [], None
    for c in POINTS:
        text = chr(c)
        if together(samples[0] + text) and together(samples[1] + text):
            script = 0
        elif last and last[1] and together(samples[last[1] - 1] + text):
            script = last[1]
        else:
            script = next((i + 1 for i, sample in enumerate(samples) if together(sample + text)), None)
            if script is None:
                samples.append(text)
                script = len(samples)
        if not last or last[1] != script or c in (0xE000, 0xE0000):
            last = [c, script]
            runs.append(last)
    return runs


bert = lambda **yes: normalizers.BertNormalizer(**{**dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False), **yes})
nfd = normalizers.NFD()
marks = [c for c in POINTS if not 0xAC00 <= c < 0xD7A4 and nfd.normalize_str(chr(c)) == chr(c)]
combining_mark = dropped(normalizers.StripAccents())
# Combining classes never change; to the reference a mark that it does not know has none.
known_marks = {c for first, last in combining_mark for c in range(first, last + 1)}
tables = {
    "version": tokenizers.__version__,
    "sets": {
        "punctuation": split(pre_tokenizers.Punctuation()),
        "numeric": split(pre_tokenizers.Digits(individual_digits=True)),
        "whitespace": removed(pre_tokenizers.WhitespaceSplit()),
        "bertControl": dropped(bert(clean_text=True)),
        "bertAccent": ranges(c for c in marks if bert(strip_accents=True).normalize_str(f"a{chr(c)}a") == "aa"),
        "combiningMark": combining_mark,
        "regexWord": ranges(c for c in POINTS if len(pre_tokenizers.Whitespace().pre_tokenize_str(f"a{chr(c)}a")) == 1),
        **{name: removed(pre_tokenizers.Split(Regex(pattern), "removed")) for name, pattern in ONIG.items()},
    },
    "combiningClasses": {c: unicodedata.combining(chr(c)) for c in POINTS if c in known_marks and unicodedata.combining(chr(c))},
    "scripts": script_runs(),
    "maps": {
        "lowercase": mapping(normalizers.Lowercase()),
        "NFD": mapping(nfd),
        "NFKD": mapping(normalizers.NFKD()),
        "NFC": mapping(normalizers.NFC()),
        "NFKC": mapping(normalizers.NFKC()),
    },
}
open(sys.argv[1], "w").write(json.dumps(tables))
