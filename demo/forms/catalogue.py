"""The forms there are: what each one is like, and which evidence it gives."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from press import Language

TEMPLATES = Path(__file__).with_name("templates")
#: What can be taken from a page, each by itself: what programs read, what people read, and what its list said.
EVIDENCE = ("json-ld", "meta", "microdata", "labels", "names", "list")


@dataclass(frozen=True, slots=True)
class Form:
    """One page form (forms.toml says what each key means)."""

    name: str
    after: str
    language: Language = "vi"
    article: bool = True
    text: str = "plain"
    lead: Literal["own", "bold", "none"] = "own"
    head: Literal["full", "plain", "bare", "site"] = "full"
    stated: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    label: Literal["", "published", "updated", "both"] = ""
    feed: Literal["", "zoned", "naive", "day"] = ""
    years: tuple[int, int] | None = None
    needs: tuple[str, ...] = ()
    dateline: bool = False
    plain: bool = False
    url: str = "/thoi-su/{slug}-{id}.html"


@cache
def forms() -> tuple[Form, ...]:
    """Return every form in the order of their file."""
    rows = tomllib.loads(Path(__file__).with_name("forms.toml").read_text("utf-8"))["form"]
    return tuple(Form(**{key: _frozen(value) for key, value in row.items()}) for row in rows)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def form(name: str) -> Form:
    """Return the form of that name; LookupError where there is none."""
    found = next((one for one in forms() if one.name == name), None)
    if found is None:
        raise LookupError(f"no page form is called {name}")
    return found
