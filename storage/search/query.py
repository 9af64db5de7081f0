"""The query language: text to a frozen tree and back, and errors that point at the place. Pure: looks nothing up.

    hạn mặn "bảo hiểm y tế" -lúa (tôm OR cá) title:cống outlet:tuoitre from:2026-08-01 "nước mặn"~5

Words are ANDed; `OR` binds weaker than that; `-` or NOT excludes; parentheses group; AND may be said.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from errors import UsageError
from storage.search.pasted import ADDRESS, SAID, as_read

EXAMPLES: Final = {
    "title": '"nước mặn"',
    "outlet": "tuoitre",
    "topic": "health",
    "place": '"Trần Đề"',
    "tone": "negative",
    "language": "vi",
    "relevance": "focus",
    "matter": "7/2026",
    "similar": "123",
    "from": "2026-08-01",
    "to": "2026-08-31",
}
FIELDS: Final = tuple(EXAMPLES)
MAX_LENGTH: Final = 2000  # letters of a query
MAX_DEPTH: Final = 30  # parentheses and signs inside one another
MAX_PARTS: Final = 150  # words, phrases and fields
MAX_SLOP: Final = 50

_FIELD: Final = re.compile(r"([^\W\d_]+):")
_SLOP: Final = re.compile(r"~(\w*)")
_KEYWORDS: Final = ("AND", "OR", "NOT")

#: What can be wrong with a query; pages say it in their own language by the same names.
WRONG: Final = {
    "long": "the query is longer than {most} letters: make it shorter",
    "many": "more than {most} words and fields: make the query shorter",
    "deep": "more than {most} parentheses or signs inside one another",
    "empty": "there is no word in it: write one to look for",
    "unopened": "this parenthesis was never opened: put ( before it, or take it away",
    "unclosed": "this parenthesis is never closed: put ) where the group ends",
    "hollow": "there is nothing between these parentheses to look for",
    "or": "OR stands between two things to look for: one of them is missing",
    "not": "NOT needs something after it to exclude",
    "quote": 'this quotation mark is never closed: put another " where the phrase ends',
    "wordless": "there is no word between these quotation marks",
    "slop": 'write "…"~N with a number N of 0 to {most}',
    "field_like": 'no field {name}: – did you mean {near}: ? (as a word: put it in "…")',
    "field": 'no field {name}: – the fields are {known} (as a word: put it in "…")',
    "value_missing": "{name}: needs a value right after it: {name}:{example}",
    "value_like": "no {name} {value!r}: did you mean {near}?",
    "value": "no {name} {value!r}: it is one of {known}",
    "place": "no place {value!r}: write the name or code of a unit of the country",
    "matter": "no matter {value!r}: write its number and year, {name}:7/2026",
    "similar": "no article {value!r}: write its number, as in the address of its page, {name}:123",
    "date": "{value!r} is no date: write {name}:2026-08-31 or {name}:31/8/2026",
}


class QueryError(UsageError):
    """A query that cannot be understood; `at` and `length` are the place in `query`, `pointed` shows it.

    `kind` and `values` are what is wrong, as WRONG says it; `mended` is the query as it may have been meant, where
    `instead` is known to stand for the place, or for `over` letters from there; "" where it is not.
    """

    def __init__(
        self,
        query: str,
        at: int,
        length: int,
        kind: str,
        *,
        instead: str | None = None,
        over: int | None = None,
        **values: object,
    ) -> None:
        self.what = WRONG[kind].format(**values)
        super().__init__(f"query, character {at + 1}: {self.what}")
        self.query = query
        self.at = at
        self.length = max(1, length)
        self.kind = kind
        self.values = values
        end = at + (self.length if over is None else over)
        self.mended = "" if instead is None else f"{query[:at]}{instead}{query[end:]}".strip()
        if closing := {"quote": '"', "unclosed": ")"}.get(kind):
            self.mended = f"{query.rstrip()}{closing}"

    def pointed(self) -> str:
        """The query, a line that points at the place, and what is wrong there."""
        line = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in self.query)
        before, there = columns(line[: self.at]), columns(line[self.at : self.at + self.length])
        return f"{line}\n{' ' * before}{'^' * max(1, there)} {self.what}"


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: marks stand on the letter before them."""
    return sum(unicodedata.category(letter) not in ("Mn", "Me") for letter in text)


@dataclass(frozen=True, slots=True)
class Word:
    """One word as typed; with marks it matches with marks, without them folded."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order; with `slop` up to that many other words may stand among them."""

    text: str
    slop: int = 0
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A field with what is asked of it; `name` is one of FIELDS."""

    name: str
    value: Word | Phrase
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but this."""

    of: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of these; made by `both`, which never nests one in another."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these; made by `either`, which never nests one in another."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty query."""


Node: TypeAlias = Word | Phrase | Field | Not | And | Or | Everything


def both(parts: Sequence[Node]) -> Node:
    """The conjunction of one part or more."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def either(parts: Sequence[Node]) -> Node:
    """The disjunction of one part or more."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,)))
    return flat[0] if len(flat) == 1 else Or(flat)


def parse(query: str) -> Node:
    """The tree of a query; decomposed letters and curly quotes are as good as others.

    What nobody can have meant as a sign of ours is a word: a headline's colon, an address, a quotation mark cut off.
    Raises QueryError, and nothing else, for a query that cannot be understood.
    """
    return _Parser(as_read(query)).whole()


def text_of(node: Node) -> str:
    """The query that parses to this tree."""
    match node:
        case Everything():
            return ""
        case Word(text):
            return text
        case Phrase(text, slop):
            return f'"{text}"' + (f"~{slop}" if slop else "")
        case Field(name, value):
            return f"{name}:{text_of(value)}"
        case Not(of):
            return f"-({text_of(of)})" if isinstance(of, And | Or) else f"-{text_of(of)}"
        case And(parts):
            return " ".join(f"({text_of(part)})" if isinstance(part, Or) else text_of(part) for part in parts)
        case Or(parts):
            return " OR ".join(text_of(part) for part in parts)


def adding(node: Node, *more: Node) -> str:
    """The query that asks for more."""
    return text_of(both([*([] if isinstance(node, Everything) else [node]), *more]))


def field_of(name: str, value: str) -> Field:
    """A field as it is written: a value of several words stands in quotation marks."""
    return Field(name, Phrase(value) if re.search(r'[\s()":]', value) else Word(value))


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word most like one that is not known; "" where none is like it."""
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.6)), "")


class _Parser:
    """Reads one query from left to right; every method leaves `at` behind what it read."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.at = 0
        self.parts = 0

    def whole(self) -> Node:
        if len(self.query) > MAX_LENGTH:
            raise self.wrong(MAX_LENGTH, 1, "long", most=MAX_LENGTH)
        self.skip()
        if not self.left():
            return Everything()
        node = self.alternatives(0)
        if self.left():  # only a parenthesis ends a group early
            raise self.wrong(self.at, 1, "unopened", instead=" ")
        if node is None:
            raise self.wrong(0, len(self.query), "empty")
        return node

    def alternatives(self, depth: int) -> Node | None:
        parts, or_at = [self.conjunction(depth)], -1
        while self.keyword() == "OR":
            or_at = self.at
            self.at += 2
            parts.append(self.conjunction(depth))
            if parts[-2] is None or parts[-1] is None:
                raise self.wrong(or_at, 2, "or", instead="")
        return either([part for part in parts if part is not None]) if or_at >= 0 else parts[0]

    def conjunction(self, depth: int) -> Node | None:
        parts: list[Node] = []
        self.skip()
        while self.left() and self.query[self.at] != ")" and self.keyword() != "OR":
            if self.keyword() == "AND":
                self.at += 3
            elif (part := self.one(depth)) is not None:
                parts.append(part)
            self.skip()
        return both(parts) if parts else None

    def one(self, depth: int) -> Node | None:
        """One thing to look for; None for what is punctuation only."""
        start, sign = self.at, self.query[self.at]
        if depth > MAX_DEPTH:
            raise self.wrong(start, 1, "deep", most=MAX_DEPTH)
        negated = 3 if self.keyword() == "NOT" else int(sign in "-\u2212")
        if negated:
            return self.excluded(start, negated, depth)
        if sign == "(":
            return self.group(depth)
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise self.wrong(start, 1, "many", most=MAX_PARTS)
        if sign == '"':
            return self.phrase()
        if ADDRESS.match(self.query, self.at):
            return self.address()
        if (found := _FIELD.match(self.query, self.at)) and self.is_field(found[1], found.end()):
            return self.field(found[1])
        return self.word()

    def excluded(self, start: int, length: int, depth: int) -> Node | None:
        self.at += length
        if length == 3:
            self.skip()
        if not self.left() or self.query[self.at].isspace() or self.query[self.at] == ")" or self.keyword() == "OR":
            if length == 1:
                return None  # a dash by itself is punctuation
            raise self.wrong(start, length, "not", instead="")
        of = self.one(depth + 1)
        return None if of is None else Not(of)

    def group(self, depth: int) -> Node | None:
        start = self.at
        self.at += 1
        node = self.alternatives(depth + 1)
        if not self.left():
            raise self.wrong(start, 1, "unclosed")
        self.at += 1
        if node is None and not self.query[start + 1 : self.at - 1].strip():
            raise self.wrong(start, self.at - start, "hollow", instead="")
        return node

    def phrase(self) -> Phrase:
        start = self.at
        end = self.query.find('"', start + 1)
        if end < 0:
            raise self.wrong(start, 1, "quote")
        self.at = end + 1
        text = " ".join(self.query[start + 1 : end].split())
        if not SAID.search(text):
            raise self.wrong(start, self.at - start, "wordless", instead=" ")
        return Phrase(text, self.slop(), start)

    def slop(self) -> int:
        found = _SLOP.match(self.query, self.at)
        if not found:
            return 0
        if not found[1].isdecimal() or not found[1].isascii() or int(found[1][:9]) > MAX_SLOP:
            raise self.wrong(self.at, len(found[0]), "slop", most=MAX_SLOP, instead="~5")
        self.at = found.end()
        return int(found[1])

    def address(self) -> Word:
        """An address, colons and parentheses with it; one that closes a group of ours ends it."""
        start, depth = self.at, 0
        while self.left() and not self.query[self.at].isspace() and self.query[self.at] != '"':
            depth += {"(": 1, ")": -1}.get(self.query[self.at], 0)
            if depth < 0:
                break
            self.at += 1
        return Word(self.query[start : self.at], start)

    def is_field(self, name: str, end: int) -> bool:
        """Whether a word with a colon was meant as a field: one of ours, or an ASCII word with a value right after."""
        if name.lower() in FIELDS:
            return True
        return name.isascii() and bool(self.query[end : end + 1].strip())

    def field(self, written: str) -> Field:
        start, name = self.at, written.lower()
        if name not in FIELDS:
            near = nearest(name, FIELDS)
            if near:
                raise self.wrong(start, len(written), "field_like", name=written, near=near, instead=near)
            whole = re.split(r"\s", self.query[start:], maxsplit=1)[0]
            phrase = '"{}"'.format(" ".join(whole.replace('"', " ").split()))
            phrase = f" {phrase}" if self.query[:start].endswith('"') else phrase
            known = ", ".join(FIELDS)
            raise self.wrong(start, len(written), "field", name=written, known=known, instead=phrase, over=len(whole))
        self.at += len(written) + 1
        if not self.left() or self.query[self.at].isspace() or self.query[self.at] in "()":
            rest = self.query[self.at :]
            apart = len(rest) - len(rest.lstrip()) if SAID.match(rest.lstrip().lstrip('"')) else 0
            raise self.wrong(
                start,
                len(written) + 1,
                "value_missing",
                name=name,
                example=EXAMPLES[name],
                instead=f"{written}:" if apart else None,
                over=len(written) + 1 + apart,
            )
        value = self.phrase() if self.query[self.at] == '"' else self.word()
        if value is None:
            raise self.wrong(start, self.at - start, "value_missing", name=name, example=EXAMPLES[name])
        return Field(name, value, start)

    def word(self) -> Word | None:
        start = self.at
        while self.left() and not self.query[self.at].isspace() and self.query[self.at] not in '()"':
            self.at += 1
        text = self.query[start : self.at]
        return Word(text, start) if SAID.search(text) else None

    def keyword(self) -> str:
        """The keyword that stands here, "" for none."""
        for word in _KEYWORDS:
            if self.query.startswith(word, self.at):
                after = self.query[self.at + len(word) : self.at + len(word) + 1]
                if not after or after.isspace() or after in '()"':
                    return word
        return ""

    def left(self) -> bool:
        return self.at < len(self.query)

    def skip(self) -> None:
        while self.left() and self.query[self.at].isspace():
            self.at += 1

    def wrong(
        self, at: int, length: int, kind: str, *, instead: str | None = None, over: int | None = None, **values: object
    ) -> QueryError:
        return QueryError(self.query, at, length, kind, instead=instead, over=over, **values)
