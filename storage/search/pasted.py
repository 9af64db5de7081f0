"""What people paste into a query: quotation marks of every kind made one, and addresses, which hold signs of ours."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from press.urls import canonical

SAID: Final = re.compile(r"[^\W_]|[\u1780-\u17b3]")  # a letter or figure: what is not punctuation
#: An address in a query, up to what ends it there.
ADDRESS: Final = re.compile(r'<?(?:[a-z][a-z0-9+.-]*://|www\.)[^\s"<>]+>?', re.IGNORECASE)
_CURLY: Final = "“”„‟«»‹›＂″❝❞〝〞"
_STRAIGHT: Final = str.maketrans(dict.fromkeys(_CURLY, '"'))
_TWO_AS_ONE: Final = re.compile(r"''|``|´´|‘‘|’’|‚‚|,,(?=\w)")
_SAID_TWICE: Final = re.compile(rf'(?<!\w)["{_CURLY}]{{2,}}(?=\w)|(?<=\w)["{_CURLY}]{{2,}}(?!\w)')
_ENDS: Final = frozenset(",.;:!?)…")  # what may stand behind a quotation mark that closes
_HOST = r"(?:(?:[\w-]+\.)+[a-z]{2,}|(?:\d{1,3}\.){3}\d{1,3}|localhost)(?::\d+)?"
_WHOLE: Final = re.compile(rf"(?:https?:)?//\S+|www\.\S+|{_HOST}/\S+", re.IGNORECASE)
_AROUND: Final = "<>[]{}'’‘*_,.;:!?…"


def straight(query: str) -> str:
    """A query that is still being typed: NFC, with one kind of quotation marks."""
    return unicodedata.normalize("NFC", query).translate(_STRAIGHT)


def as_read(query: str) -> str:
    """The query in the form the places of errors and nodes count in: quotation marks that are a pair are straight.

    A mark that can only close and closes nothing, and a typographic one without its other half, as it stands in a
    headline cut short, is punctuation. A straight one that opens and is not closed stays, for the error to point at.
    """
    text = _TWO_AS_ONE.sub("“", unicodedata.normalize("NFC", query))
    text = _SAID_TWICE.sub(lambda found: found[0][0], text)
    letters = list(text)
    opened = -1
    for at, sign in enumerate(text):
        if sign != '"' and sign not in _CURLY:
            continue
        if opened < 0:
            opened = at if _may_open(text, at) else opened
            letters[at] = sign if sign == '"' and opened == at else " "
        else:
            is_pair = SAID.search(text, opened, at) or text[opened] == sign == '"'
            letters[opened] = letters[at] = '"' if is_pair else " "
            opened = -1
    return "".join(letters)


def _may_open(text: str, at: int) -> bool:
    """Whether a quotation mark may begin a phrase: not the one of a 55" screen, nor behind the last word quoted."""
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    return not (before.isalnum() or before in _ENDS - {":"}) or not (not after or after.isspace() or after in _ENDS)


def addresses(text: str) -> list[str]:
    """The canonical addresses a text that is one address may stand for, as written first; none for other texts.

    With http and https, with www. and without, with a slash at its end and without: a person who pastes one means the
    article, not the form.
    """
    text = text.strip().strip(_AROUND)
    if not _WHOLE.fullmatch(text):
        return []
    try:
        whole = canonical(text if "://" in text else f"https://{text.removeprefix('//')}")
    except ValueError:
        return []
    found = [whole]
    scheme, _, rest = whole.partition("://")
    found.append(f"{'http' if scheme == 'https' else 'https'}://{rest}")
    found += [_other_host(one) for one in found]
    return found + [one.removesuffix("/") if one.endswith("/") else f"{one}/" for one in found]


def _other_host(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.removeprefix('www.') if rest.startswith('www.') else f'www.{rest}'}"
