"""Encodings of huggingface/tokenizers as gptloom has them: places in UTF-16 units."""


def units(text):
    """Places in UTF-16 units by places in code points."""
    places = [0]
    for character in text:
        places.append(places[-1] + (2 if ord(character) > 0xFFFF else 1))
    return places


def encoding(one, texts):
    """An encoding with offsets in UTF-16 units."""
    maps = [units(text) for text in texts]

    def place(sequence, at):
        if sequence is None:
            return at
        places = maps[sequence]
        return places[at] if at < len(places) else places[-1] + at - len(places) + 1

    sequences = one.sequence_ids
    offsets = []
    for i, (start, end) in enumerate(one.offsets):
        sequence = sequences[i]
        if len(maps) == 1 and not one.special_tokens_mask[i]:
            sequence = 0
        offsets.append([place(sequence, start), place(sequence, end)])
    return {
        "ids": one.ids,
        "tokens": one.tokens,
        "offsets": offsets,
        "typeIds": one.type_ids,
        "wordIds": one.word_ids,
        "special": one.special_tokens_mask,
        "attention": one.attention_mask,
        "overflowing": [encoding(other, texts) for other in one.overflowing],
    }
