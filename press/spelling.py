"""One way to spell a Vietnamese syllable: where its tone mark stands, and i or y where both are right.

The same syllable is published as "hòa", "hoà" and, mistyped, "hòang" for "hoàng"; as "kỹ" and "kĩ", "quy" and "qui".
Search and place names look at one form; the text itself stays as published. Only whole words that are syllables have
another form, so "tay" never becomes "tai", and a foreign word stays as it is. Forms are as long as what they are of.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import Final

_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_ONSETS: Final = " b c ch d đ g gh h k kh l m n ng ngh nh p ph r s t th tr v x"
#: The vowels of a syllable by the consonants that may end it ("" for none).
_SINGLE: Final = {
    "a": " c ch m n ng nh p t", "ă": "c m n ng p t", "â": "c m n ng p t", "e": " c m n ng p t", "ê": " c ch m n nh p t",
    "i": " c ch m n nh p t", "o": " c m n ng p t", "ô": " c m n ng p t", "ơ": " m n p t", "u": " c m n ng p t",
    "ư": " c m n ng t", "y": " ch n nh p t",
}  # fmt: skip
_SEVERAL: Final = {
    "iê": "c m n ng p t", "yê": "m n ng t", "yêu": "", "oa": " c ch m n ng nh p t", "oă": "c m n ng p t",
    "oe": " m n t", "oo": "c n ng t", "uâ": "n ng t", "uê": " ch n nh", "uô": "c m n ng t", "ươ": "c m n ng p t",
    "uy": " ch n nh p t", "uyê": "n t",
}  # fmt: skip
_OPEN: Final = (
    "ai ao au ay âu ây eo êu ia iu iêu oai oao oay oeo oi ôi ơi ua ui uơ uya uyu uây uôi ưa ưi ưu ươi ươu yêu"
)
#: What the press writes most after each letter, where i and y by themselves are the same: "kỹ", but "bác sĩ".
_I_OR_Y: Final = {"h": "y", "k": "y", "l": "y", "m": "y", "qu": "y", "s": "i", "t": "y"}
_WORD: Final = re.compile(r"[^\W\d_]+")


def spelt(word: str) -> str:
    """The one spelling of a word (NFC), in its own capitals: "Hoà" -> "Hòa", "Cưả" -> "Cửa", "Mĩ" -> "Mỹ"."""
    lower = word.lower()
    form = forms().get(lower)
    if form is None:
        return word
    return form if lower == word else "".join(map(_in_case, form, word))


def spelt_text(text: str) -> str:
    """`spelt` for each word of a text; what is between them stays."""
    return _WORD.sub(lambda found: spelt(found[0]), text)


def spellings(name: str) -> Iterator[str]:
    """Every way to write a name whose words are parted by spaces, in its own capitals; the name itself among them."""
    for words in product(*(_ways(word) for word in name.split(" "))):
        yield " ".join(words)


def _ways(word: str) -> list[str]:
    form = spelt(word)
    return [form, *("".join(map(_in_case, other, word)) for other in _others().get(form.lower(), ()))]


def _in_case(letter: str, of: str) -> str:
    """A letter, as large as the one that stands in its place."""
    return letter.upper() if of.isupper() else letter


@cache
def forms() -> Mapping[str, str]:
    """Every spelling of a syllable in lower case that is not the one form -> that form; some 16,000."""
    table: dict[str, str] = {}
    for onset, vowels, coda, same in _syllables():
        right = _seat(onset, vowels, coda)
        for tone in ("", *_TONES):
            form = f"{onset}{_toned(same, tone, right)}{coda}"
            for seat in range(len(vowels)) if tone else (right,):
                table[f"{onset}{_toned(vowels, tone, seat)}{coda}"] = form
    return {word: form for word, form in table.items() if word != form}


@cache
def _others() -> Mapping[str, list[str]]:
    """The one form -> its other spellings."""
    others: dict[str, list[str]] = defaultdict(list)
    for word, form in forms().items():
        others[form].append(word)
    return others


def _syllables() -> Iterator[tuple[str, str, str, str]]:
    """Onset, vowels and coda of every syllable that can be spelt in two ways, with the vowels of its one form.

    The u of "qu" and the i of "gi" belong to the onset, and are among the vowels here only because a mark that should
    be elsewhere may stand on them: "qúy", "gìa".
    """
    single, several = tuple(_rhymes(_SINGLE)), (*_rhymes(_SEVERAL), *((vowels, "") for vowels in _OPEN.split(" ")))
    for onset in _ONSETS.split(" "):
        for vowels, coda in several:
            if not (onset == "g" and vowels[0] == "i"):
                yield onset, vowels, coda, vowels
    for vowels, coda in (*single, *several):
        yield "g", f"i{vowels}", coda, f"i{vowels}"
        yield "q", f"u{vowels}", coda, f"u{_I_OR_Y['qu']}" if vowels in ("i", "y") else f"u{vowels}"
    for onset, letter in _I_OR_Y.items():
        if onset != "qu":
            for vowel in "iy":
                yield onset, vowel, "", letter


def _rhymes(table: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for vowels, codas in table.items():
        for coda in codas.split(" "):
            yield vowels, coda


def _seat(onset: str, vowels: str, coda: str) -> int:
    """Which of the vowels bears the tone mark: "hòa", "hoàng", "ngoài", "của", "thuở", "quà", "già"."""
    first = int(len(vowels) > 1 and onset + vowels[0] in ("qu", "gi"))
    core = vowels[first:]
    if shaped := [at for at, vowel in enumerate(core) if vowel in "ăâêôơư"]:
        return first + shaped[-1]
    if coda:
        return first + len(core) - 1
    return first + len(core) // 2 * (len(core) > 2)


@cache
def _toned(vowels: str, tone: str, seat: int) -> str:
    return unicodedata.normalize("NFC", f"{vowels[: seat + 1]}{tone}{vowels[seat + 1 :]}")
