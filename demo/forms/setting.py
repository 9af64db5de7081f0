"""An article set in a form: the template, what stands around the text, and the shapes that chance gives it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from demo.forms.catalogue import TEMPLATES, Form
from demo.forms.dirt import chosen, dirty, linked
from demo.forms.evidence import hashed
from demo.forms.heads import head_of
from demo.forms.stories import Block, Story, texts
from demo.forms.writing import page_date

_PARTS = ("ld", "top", "side", "related", "comments", "share")
_BULK = Markup("<style>.box-related{margin:3px}.time{color:#999}</style>")
_NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another article of the outlet, as boxes beside and below a page announce it."""

    title: str
    lead: str
    url: str
    shown: str


@dataclass(frozen=True, slots=True)
class Around:
    """Where an article stands: its outlet, its address, the form of its dates, its neighbours (seven at least).

    `updated_at` is shown beside the publication where the form shows one; `clock` what the site's own clock says.
    `bulk` goes into the head, `behind` stands behind the last paragraph.
    """

    outlet: str
    site: str
    url: str
    date_form: str
    others: tuple[Neighbour, ...]
    updated_at: datetime | None = None
    clock: str = ""
    bulk: Markup = _BULK
    behind: Markup = _NOTHING


@dataclass(frozen=True, slots=True)
class Set:
    """A text as a template sets it: the markup of one block."""

    kind: str
    html: Markup
    items: tuple[tuple[Markup, ...], ...] = ()


def markup(
    form: Form,
    told: Story,
    around: Around,
    at: datetime,
    *,
    draw: random.Random,
    dirt: tuple[str, ...] = (),
    labels: bool = True,
    plainly: bool = False,
    now: datetime | None = None,
) -> str:
    """Return the page of a story published at `at`.

    `plainly` leaves out what chance would do to sentences and boxes; `now` is for dates that count back from it.
    """
    said = texts(form.language)
    shown = page_date(at, around.date_form, now=now) if around.date_form else ""
    later = around.updated_at if form.label == "both" and shown else None
    published, updated = draw.choice(said["published"]), draw.choice(said["updated"] or [""])
    label = {"": "", "published": published, "both": published, "updated": updated}[form.label]
    dateline = draw.choice(("(Ví Dụ) - ", "VDO - ", "(Báo Ví Dụ) – ")) if form.dateline and not plainly else ""
    head = head_of(form, told, url=around.url, outlet=around.outlet, at=at, dirt=dirt, draw=draw)
    near = now or at + timedelta(hours=30)
    return _template(form.name).render({
        "lang": form.language, "site": around.site, "url": around.url, "outlet": around.outlet, "section": told.section,
        "menu": said["menu"].split("|"), "said": said,
        "head": head.top, "ld": head.linked_data, "bulk": around.bulk, "copy_here": around.behind,
        "title": dirty(told.title, dirt), "lead": dirty(dateline + told.lead, dirt),
        "plain_title": told.title, "plain_lead": told.lead, "lines": list(told.lines),
        "blocks": [_set(block, dirt, draw, "" if plainly else around.site) for block in told.blocks],
        "shown": shown, "updated": page_date(later, around.date_form) if later else "", "clock": around.clock,
        "iso": page_date(at, "iso"), "iso_later": page_date(later or at, "iso"),
        "label": label if labels else "", "update_label": updated,
        "author": draw.choice(said["authors"]), "source": draw.choice(said["sources"]),
        "others": around.others, "comments": draw.sample(said["comments"], 2),
        "commented": [page_date(near - timedelta(hours=draw.randint(1, 29)), "slashed") for _ in range(2)],
        "look": {part: 0 if plainly else draw.randrange(4) for part in _PARTS},
        "pick": _picker(draw), "maybe": lambda share=0.5: draw.random() < share, "mixed": _mixer(draw),
        "hashed": hashed, "unclosed": bool(dirt) and draw.random() < 0.2,
    })  # fmt: skip


def drawn_dirt(form: Form, draw: random.Random) -> tuple[str, ...]:
    """Return the kinds of dirt that chance gives a page of a form."""
    return () if form.plain else chosen(draw, khmer=form.language == "km")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _template(name: str) -> Template:
    return _environment().get_template(f"{name}.html.j2")


def _set(block: Block, dirt: tuple[str, ...], draw: random.Random, site: str) -> Set:
    items = tuple(tuple(dirty(cell, dirt) for cell in row) for row in block.items)
    html = dirty(block.text, dirt)
    if site and block.kind in {"p", "answer"} and draw.random() < 0.4:
        html = linked(html, draw, site)
    return Set(block.kind, html, items)


def _picker(draw: random.Random) -> Callable[..., Any]:
    return lambda *options: draw.choice(options)


def _mixer(draw: random.Random) -> Callable[..., Sequence[Any]]:
    return lambda *parts: draw.sample(parts, len(parts))
