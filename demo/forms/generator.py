"""A page of a form: one article, laid out and dirtied by a seed, and what a careful reader would say of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from demo.forms.catalogue import Form, form
from demo.forms.evidence import taken_out
from demo.forms.setting import Around, Neighbour, drawn_dirt, markup
from demo.forms.stories import Story, pool, story
from demo.forms.writing import gives_time, page_date
from demo.truth.truth import VIETNAM, slug

NOW = datetime(2026, 8, 6, 9, 2, tzinfo=VIETNAM)  #: when pages are read, unless another moment is given
_RECENT = timedelta(days=6)
_LATER = timedelta(hours=27)  # from publication to update
_OUTLETS = {"vi": "Báo Ví Dụ", "en": "Example News", "km": "សារព័ត៌មានឧទាហរណ៍"}
_PORTAL = "Cổng thông tin điện tử xã Ví Dụ"


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
    at = _instant(made, draw, now)
    told = story(article, made.text, draw)
    told = replace(told, lead="" if made.lead == "none" else told.lead)
    around = _around(made, told, at, draw, now)
    if {"labels", "names"} & without:  # with neither label nor class nobody can tell an update from the publication
        around = replace(around, updated_at=None)
    dirt = drawn_dirt(made, draw)
    html = markup(made, told, around, at, draw=draw, dirt=dirt, labels="labels" not in without, now=now)
    listed = made.feed if "list" not in without else ""
    sources = set(made.stated) - without
    timed = bool(sources - set(made.days)) or listed in {"zoned", "naive"}
    timed = timed or bool(around.date_form and gives_time(around.date_form))
    dated = timed or sources or around.date_form or listed
    return Page(
        form=made,
        seed=seed,
        url=around.url,
        html=taken_out(html, without),
        read_at=now,
        title=told.title,
        lead=told.lead,
        lines=told.lines,
        either=told.either,
        published_at=at if dated and made.article else None,
        timed=timed,
        listed_at=_listed(at, listed),
        listed_zone=listed == "zoned",
    )


def _around(made: Form, told: Story, at: datetime, draw: random.Random, now: datetime) -> Around:
    site = "https://" + made.name.replace("_", "-") + ".example.vn"
    path = made.url.format(
        slug=slug(told.title) or "article", id=draw.randint(10_000, 999_999), y=at.year, m=f"{at:%m}", d=f"{at:%d}"
    )
    moment = now - timedelta(seconds=draw.randrange(50))
    clock = page_date(moment, draw.choice(("weekday_bar", "time_first", "weekday_time")))
    return Around(
        outlet=_PORTAL if made.head == "site" else _OUTLETS[made.language],
        site=site,
        url=site + path,
        date_form=draw.choice(made.dates) if made.dates else "",
        others=_others(made, told, site, at, draw),
        updated_at=at + _LATER if at + _LATER < now else None,
        clock=clock if made.language == "vi" else "",
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


def _others(made: Form, told: Story, site: str, at: datetime, draw: random.Random) -> tuple[Neighbour, ...]:
    rest = [article for article in pool(made.language) if article.key != told.key]
    return tuple(
        Neighbour(
            article.text.title,
            article.text.lead,
            f"{site}/tin/{slug(article.text.title) or 'article'}-{number}.html",
            page_date(at - timedelta(hours=draw.randint(1, 90)), draw.choice(("slashed", "time_first", "day"))),
        )
        for number, article in enumerate(draw.sample(rest, min(12, len(rest))))
    )
