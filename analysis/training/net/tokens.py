"""The pieces of words the net keeps: those that Vietnamese, Khmer and English press uses, as a tokenizer's file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

from analysis.training.net.e5 import Pieces

SPECIAL: Final = ("<s>", "<pad>", "</s>", "<unk>")  #: pieces 0 to 3, as the published net numbers them
_SEEN: Final = 3  # uses of a piece in all the press read below which it is spelled by shorter ones
_WORDS: Final = 30_000  # commonest English words whose pieces stay
_BATCH: Final = 2_000


def tokenizer(pieces: Sequence[tuple[str, float]]) -> str:
    """A tokenizer's JSON from pieces with their log-chances; the first four are `SPECIAL`."""
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [
                {
                    "id": number,
                    "content": name,
                    "single_word": False,
                    "lstrip": False,
                    "rstrip": False,
                    "normalized": False,
                    "special": True,
                }
                for number, name in enumerate(SPECIAL)
            ],
            "normalizer": {
                "type": "Sequence",
                "normalizers": [
                    {"type": "NFKC"},
                    {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
                    {"type": "Strip", "strip_left": True, "strip_right": True},
                ],
            },
            "pre_tokenizer": {
                "type": "Metaspace",
                "replacement": "\u2581",
                "prepend_scheme": "always",
                "split": True,
            },
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [
                    {"SpecialToken": {"id": "<s>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "</s>", "type_id": 0}},
                ],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
                "special_tokens": {
                    name: {"id": name, "ids": [SPECIAL.index(name)], "tokens": [name]} for name in ("<s>", "</s>")
                },
            },
            "decoder": None,
            "model": {"type": "Unigram", "unk_id": 3, "vocab": [list(one) for one in pieces], "byte_fallback": False},
        },
        ensure_ascii=False,
    )


def kept(pieces: Pieces, texts: Iterable[str]) -> list[int]:
    """Numbers of the pieces that stay, rising: used in the texts, in common English words, and every single sign."""
    from tokenizers import Tokenizer
    from wordfreq import top_n_list

    whole = Tokenizer.from_str(tokenizer(_listed(pieces, range(max(pieces.numbers.values()) + 1))))
    used: Counter[int] = Counter()
    rest = iter(texts)
    while batch := list(islice(rest, _BATCH)):
        for one in whole.encode_batch_fast(batch, add_special_tokens=False):
            used.update(one.ids)
    common = set()
    for word in top_n_list("en", _WORDS):
        for form in (word, word.capitalize()):
            common.update(whole.encode(form, add_special_tokens=False).ids)
    single = {number for piece, number in pieces.numbers.items() if len(piece) == 1 and used[number]}
    stays = {number for number, count in used.items() if count >= _SEEN}
    return sorted(stays | common | single | set(range(len(SPECIAL))))


def cut(pieces: Pieces, numbers: Sequence[int]) -> str:
    """The tokenizer's JSON of the pieces that stay, numbered anew in their order."""
    return tokenizer(_listed(pieces, numbers))


def _listed(pieces: Pieces, numbers: Iterable[int]) -> list[tuple[str, float]]:
    names: dict[int, str] = {number: piece for piece, number in pieces.numbers.items()}
    found: list[tuple[str, float]] = []
    for number in numbers:
        # what has no name or a special one is listed under a name no text holds, so that numbers keep their places
        name = SPECIAL[number] if number < len(SPECIAL) else names.get(number, f"<{number}>")
        found.append((name, float(pieces.chances[number])))
    return found


def reader(text: str, most: int) -> Any:
    """A tokenizer of `tokenizer`'s JSON that cuts after `most` pieces."""
    from tokenizers import Tokenizer

    found = Tokenizer.from_str(text)
    found.enable_truncation(most)
    return found


def numbers(pieces: str, passages: Sequence[str], most: int) -> list[list[int]]:
    """The first pieces of each passage, `most` at most."""
    return [one.ids for one in reader(pieces, most).encode_batch_fast(list(passages))]
