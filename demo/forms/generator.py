"""A page of a form: one article, laid out and dirtied by a seed, and what a careful reader would say of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from demo.forms.catalogue import TEMPLATES, Form, form
from demo.forms.dirt import chosen, dirty, linked
from demo.forms.evidence import hashed, taken_out
from demo.forms.heads import head_of
from demo.forms.stories import Block, Story, pool, story, texts
from demo.forms.writing import gives_time, page_date
from demo.truth.truth import VIETNAM, DemoArticle, slug

NOW = datetime(2026, 8, 6, 9, 2, tzinfo=VIETNAM)  #: when pages are read, unless another moment is given
_RECENT = timedelta(days=6)
_LATER = timedelta(hours=27)  # from publication to update


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a form, and the truth about it; title, lead and lines are clean, lines of `either` may stand or not.

    `published_at` is None where neither page nor list tells it, `timed` false where they tell the day only.
    `listed_at` is what its list said; `listed_zone` whether that had a zone.
    """

    form: Form
    seed: int
    url: str
    html: str
    read_at: datetime
    title: str
    lead: str
    lines: tuple[str, ...]
    either: tuple[str, ...]
    published_at: datetime | None
    timed: bool
    listed_at: datetime | None
    listed_zone: bool

    @property
    def name(self) -> str:
        """What to generate it by again."""
        return f"{self.form.name} {self.seed}"


@dataclass(frozen=True, slots=True)
class Set:
    """A text as a template sets it: the markup of one block."""

    kind: str
    html: Markup
    items: tuple[tuple[Markup, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another article, as boxes announce it."""

    title: str
    lead: str
    url: str
    shown: str


def page(name: str, seed: int, *, without: frozenset[str] = frozenset(), now: datetime = NOW) -> Page:
    """Return the page of the form `name` for a seed, some sources of evidence taken out of it.

    The page is the same whatever is taken out, but for just that. LookupError where no form has that name, or where
    what is taken out is what the form's text stands in.
    """
    made = form(name)
    if without & set(made.needs):
        raise LookupError(f"{name} has no text without {', '.join(sorted(without & set(made.needs)))}")
    draw = random.Random(f"{name}:{seed}")
    article = draw.choice(pool(made.language))
    return laid_out(made, seed, article, _instant(made, draw, now), draw=draw, without=without, now=now)


def laid_out(
    made: Form,
    seed: int,
    article: DemoArticle,
    at: datetime,
    *,
    draw: random.Random,
    without: frozenset[str] = frozenset(),
    now: datetime = NOW,
) -> Page:
    """Return the page of a form for an article published at `at`, as `draw` varies it."""
    told = story(article, made.text, draw)
    told = replace(told, lead="" if made.lead == "none" else told.lead)
    site = "https://" + made.name.replace("_", "-") + ".example.vn"
    url = site + made.url.format(
        slug=slug(told.title) or "article", id=draw.randint(10_000, 999_999), y=at.year, m=f"{at:%m}", d=f"{at:%d}"
    )
    form_of_date = draw.choice(made.dates) if made.dates else ""
    html = _template(made.name).render(_context(made, told, site, url, at, form_of_date, draw, without, now))
    listed = made.feed if "list" not in without else ""
    sources = {source for source in made.stated if source not in without and source not in made.days}
    timed = bool(sources) or listed in {"zoned", "naive"} or (form_of_date and gives_time(form_of_date))
    dated = timed or form_of_date or listed or {source for source in made.stated if source not in without}
    return Page(
        form=made,
        seed=seed,
        url=url,
        html=taken_out(html, without),
        read_at=now,
        title=told.title,
        lead=told.lead,
        lines=told.lines,
        either=told.either,
        published_at=at if dated and made.article else None,
        timed=bool(timed),
        listed_at=_listed(at, listed),
        listed_zone=listed == "zoned",
    )


def _instant(made: Form, draw: random.Random, now: datetime) -> datetime:
    """When the article of a page was published: lately, or in the years of an old form; never at midnight."""
    if "ago" in made.dates:
        return (now - timedelta(hours=draw.randint(2, 20))).replace(second=0)
    if made.years:
        year = draw.randint(*made.years)
        day = datetime(year, 1, 1, tzinfo=VIETNAM) + timedelta(days=draw.randrange(365))
        return day + timedelta(minutes=draw.randrange(5 * 60, 23 * 60), seconds=draw.randrange(60))
    earliest = now - _RECENT
    at = earliest + timedelta(seconds=draw.randrange(int(_RECENT.total_seconds()) - 4 * 3600))
    return at.replace(hour=draw.randrange(5, 23)) if at.date() < now.date() else at.replace(hour=max(at.hour - 1, 1))


def _listed(at: datetime, kind: str) -> datetime | None:
    if not kind:
        return None
    return (at.replace(hour=0, minute=0, second=0) if kind == "day" else at).astimezone(UTC)


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


def _context(
    made: Form,
    told: Story,
    site: str,
    url: str,
    at: datetime,
    form_of_date: str,
    draw: random.Random,
    without: frozenset[str],
    now: datetime,
) -> dict[str, Any]:
    said = texts(made.language)
    dirt = () if made.plain else chosen(draw, khmer=made.language == "km")
    outlet = {"vi": "Báo Ví Dụ", "en": "Example News", "km": "សារព័ត៌មានឧទាហរណ៍"}[made.language]
    if made.head == "site":
        outlet = "Cổng thông tin điện tử xã Ví Dụ"
    head = head_of(made, told, url=url, outlet=outlet, at=at, dirt=dirt, draw=draw)
    shown = page_date(at, form_of_date, now=now) if form_of_date else ""
    later = page_date(at + _LATER, form_of_date, now=now) if form_of_date != "ago" and shown else ""
    published, updated = draw.choice(said["published"]), draw.choice(said["updated"] or [""])
    # An update beside the publication can be told by its label or its class only: with neither, no page shows two.
    two = made.label == "both" and not {"labels", "names"} & without and at + _LATER < now
    label = {"": "", "published": published, "both": published, "updated": updated}[made.label]
    clock = page_date(
        now - timedelta(seconds=draw.randrange(50)), draw.choice(("weekday_bar", "time_first", "weekday_time"))
    )
    dateline = draw.choice(("(Ví Dụ) - ", "VDO - ", "(Báo Ví Dụ) – ")) if made.dateline else ""
    return {
        "lang": made.language, "site": site, "url": url, "outlet": outlet, "section": told.section,
        "menu": said["menu"].split("|"), "said": said, "now": now,
        "head": head.top, "ld": head.linked_data,
        "title": dirty(told.title, dirt), "lead": dirty(dateline + told.lead, dirt),
        "plain_title": told.title, "plain_lead": told.lead, "lines": list(told.lines),
        "blocks": _set(told, dirt, draw, site),
        "shown": shown, "updated": later if two else "", "clock": clock if made.language == "vi" else "",
        "iso": page_date(at, "iso"), "iso_later": page_date(at + _LATER, "iso"),
        "label": "" if "labels" in without else label, "update_label": updated,
        "author": draw.choice(said["authors"]), "source": draw.choice(said["sources"]),
        "others": _others(made, told, site, at, draw), "comments": draw.sample(said["comments"], 2),
        "commented": [page_date(now - timedelta(hours=draw.randint(1, 60)), "slashed") for _ in range(2)],
        "pick": _picker(draw), "maybe": lambda share=0.5: draw.random() < share, "mixed": _mixer(draw),
        "hashed": hashed,
        "look": {part: draw.randrange(4) for part in ("ld", "top", "side", "related", "comments", "share")},
        "unclosed": not made.plain and draw.random() < 0.15, "copy_here": "",
    }  # fmt: skip


def _set(told: Story, dirt: tuple[str, ...], draw: random.Random, site: str) -> list[Set]:
    return [_set_block(block, dirt, draw, site) for block in told.blocks]


def _set_block(block: Block, dirt: tuple[str, ...], draw: random.Random, site: str) -> Set:
    items = tuple(tuple(dirty(cell, dirt) for cell in row) for row in block.items)
    html = dirty(block.text, dirt)
    if block.kind in {"p", "answer"} and draw.random() < 0.4:
        html = linked(html, draw, site)
    return Set(block.kind, html, items)


def _others(made: Form, told: Story, site: str, at: datetime, draw: random.Random) -> list[Neighbour]:
    rest = [article for article in pool(made.language) if article.key != told.key]
    return [
        Neighbour(
            article.text.title,
            article.text.lead,
            f"{site}/tin/{slug(article.text.title) or 'article'}-{number}.html",
            page_date(at - timedelta(hours=draw.randint(1, 90)), draw.choice(("slashed", "time_first", "day"))),
        )
        for number, article in enumerate(draw.sample(rest, min(12, len(rest))))
    ]


def _picker(draw: random.Random) -> Callable[..., Any]:
    return lambda *options: draw.choice(options)


def _mixer(draw: random.Random) -> Callable[..., Sequence[Any]]:
    return lambda *parts: draw.sample(parts, len(parts))
