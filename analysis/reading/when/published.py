"""When an article was published: every place a page states it, and the choice between them by one ranking.

The ranking is `press.evidence.RANKS`. Dates inside sentences, comments, boxes of other articles and the site's clock
are none of the article's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from selectolax.lexbor import LexborHTMLParser, LexborNode

from analysis.reading.metadata import Head
from analysis.reading.pieces import first_of
from analysis.reading.when import nearby
from analysis.reading.when.reader import Reader, best
from press import Link, dates
from press.evidence import STRONG, is_day, rank

logging.getLogger("htmldate").setLevel(logging.CRITICAL)

_FAR = datetime(9000, 1, 1, tzinfo=UTC)
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Published:
    """The chosen instant (None where nothing states one), where it came from, and what is wrong with it."""

    at: datetime | None = None
    raw: str = ""
    source: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    instant: dates.Instant
    source: str

    @property
    def rank(self) -> int:
        return rank(self.source, self.instant.at)

    @property
    def timed(self) -> bool:
        return self.instant.precision != "day" and not is_day(self.instant.at)

    @property
    def day(self) -> object:
        return self.instant.at.astimezone(dates.VIETNAM).date()


def published(
    tree: LexborHTMLParser,
    head: Head,
    *,
    url: str,
    selector: str,
    link: Link | None,
    now: datetime | None,
    heading: Callable[[], LexborNode | None],
    title: LexborNode | None = None,
    day_first: bool = False,
) -> Published:
    """Choose by rank among the outlet's selector, what the page states, its list, what it shows, its address.

    The strongest plausible one counts, with three exceptions: a mere day gives way to an instant of that day, a time
    marked UTC to a visible clock that shows the same figures, and what is impossible to what is possible. `now` is the
    moment the page was fetched; `heading` finds the article's own headline, asked only where a date must be looked for;
    `title` is what the outlet's selector of the title found: a date is looked for around it first;
    `day_first`: the outlet writes the day first whatever else speaks for the month.
    """
    moment = now or _FAR
    reader = Reader(now, day_first)
    choice = _Choice(url, moment)
    stated = list(_stated(head, url, day_first))
    choice.add(_selected(tree, selector, title, reader, stated), stated, _in_list(link))
    if not choice.sure:
        said = head.headline or head.og_title or head.doc_title
        spots = nearby.spots(tree, heading(), said, reader)
        choice.add(_on_page(spots), _by_address(url), _changed(head))
        if not choice.found:
            choice.add(_last_resort(tree, url, moment))
    return choice.answer()


class _Choice:
    """The evidence of one page, and what follows from it."""

    def __init__(self, url: str, moment: datetime) -> None:
        self.url, self.moment = url, moment
        self.found: list[_Found] = []
        self._wrong: dict[datetime, str] = {}

    def add(self, *more: Iterable[_Found]) -> None:
        self.found += [one for some in more for one in some]
        self.found.sort(key=lambda one: one.rank)  # keeps the order of equals

    @property
    def best(self) -> _Found | None:
        return next((one for one in self.found if not self.wrong(one)), next(iter(self.found), None))

    @property
    def sure(self) -> bool:
        """Whether nothing that is only seen on the page could change the answer."""
        best = self.best
        return (
            best is not None and best.rank <= STRONG and best.timed and not best.instant.in_utc and not self.wrong(best)
        )

    def wrong(self, one: _Found) -> str:
        at = one.instant.at
        if at not in self._wrong:
            self._wrong[at] = dates.implausible(at, url=self.url, now=self.moment)
        return self._wrong[at]

    def answer(self) -> Published:
        best = self.best
        if best is None:
            return Published(problems=("no date",))
        chosen = self._better(best)
        problems = (
            self.wrong(chosen),
            self._disagreement(best),
            chosen.instant.doubt,
            "zone assumed" if chosen.instant.zone == "assumed" else "",
            "no time of day" if chosen.instant.precision == "day" else "",
            "time of day counted back" if chosen.instant.precision == "hour" else "",
            "date of an update" if chosen.source == "updated" else "",
        )
        return Published(chosen.instant.at, chosen.instant.raw, chosen.source, tuple(filter(None, problems)))

    def _better(self, chosen: _Found) -> _Found:
        others = [one for one in self.found if one is not chosen and one.timed and not self.wrong(one)]
        if chosen.instant.in_utc:
            # A clock of Vietnam marked as UTC by mistake: the visible clock or the list says so, seven hours earlier.
            shifted = chosen.instant.at - timedelta(hours=7)
            for one in others:
                if not one.instant.in_utc and abs(one.instant.at - shifted) < timedelta(minutes=1):
                    return one
        if not chosen.timed:
            same = next((one.instant for one in others if one.day == chosen.day), chosen.instant)
            return replace(chosen, instant=same)
        for one in others:  # the same minute with its seconds
            if not chosen.instant.at.second and one.instant.at.replace(second=0) == chosen.instant.at:
                return replace(chosen, instant=one.instant)
        return chosen

    def _disagreement(self, chosen: _Found) -> str:
        """Two strong sources more than a day apart, in words."""
        if chosen.rank > STRONG:
            return ""
        for one in self.found:
            apart = abs(one.instant.at - chosen.instant.at)
            if one.rank <= STRONG and apart > _DAY and not self.wrong(one):
                other = one.instant.at.astimezone(dates.VIETNAM)
                return f"dates disagree: {one.source} says {other:%d/%m/%Y %H:%M}"
        return ""


def _selected(
    tree: LexborHTMLParser, selector: str, title: LexborNode | None, reader: Reader, stated: Sequence[_Found]
) -> Iterator[_Found]:
    """What the outlet's selector finds: the first, where the page states the same minute, else the likeliest."""
    first = first_of(tree, selector, title)
    if first is None:
        return
    if stated and (one := reader.bare(first)) and _agree(one, stated):
        yield _Found(one, "selector")
        return
    nodes = tree.css(selector)[:5]
    ask = reader.of if len(nodes) > 1 else reader.bare  # of one alone no label need be known
    read = [instant for node in nodes if (instant := ask(node))]
    likeliest = best(read)
    if likeliest:
        yield _Found(likeliest, "selector")


def _agree(instant: dates.Instant, stated: Sequence[_Found]) -> bool:
    """Whether an instant, not marked as of an update, is one of those a page states, seconds apart."""
    timed = instant.precision in {"second", "minute"} and instant.label != "updated"
    return timed and any(abs(one.instant.at - instant.at) < _MINUTE for one in stated)


def _stated(head: Head, url: str, day_first: bool) -> Iterator[_Found]:
    said = head.ld_published
    data = (said,) if said and head.is_of(url) else ()
    for source, raws in (("json-ld", data), ("meta", head.meta_published)):
        for raw in dict.fromkeys(raws):
            instant = dates.parse(raw, day_first=day_first or None)
            if instant:
                yield _Found(instant, source)


def _changed(head: Head) -> Iterator[_Found]:
    for raw in head.changed:
        instant = dates.parse(raw)
        if instant:
            yield _Found(instant, "updated")


def _in_list(link: Link | None) -> Iterator[_Found]:
    if link is None or link.published_at is None:
        return
    served = link.zone == "served"
    instant = dates.Instant(link.published_at, link.published_raw, "served" if served else "assumed", "second")
    yield _Found(instant, "feed" if served else "feed-unzoned")


def _by_address(url: str) -> Iterator[_Found]:
    own = dates.url_date(url)
    if own:
        yield _Found(dates.midnight(own), "url")


def _on_page(spots: Iterable[nearby.Spot]) -> Iterator[_Found]:
    """What the page shows, by what it is called there."""
    for spot in spots:
        instant = spot.instant
        if spot.own:
            source = "microdata"
        elif instant.precision == "hour":
            source = "relative"
        elif instant.label == "updated":
            source = "updated"
        elif instant.label == "published":
            source = "marked"
        else:
            source = "time" if spot.tag == "time" else "visible"
        yield _Found(instant, source)


def _last_resort(tree: LexborHTMLParser, url: str, moment: datetime) -> Iterator[_Found]:
    """The day htmldate finds in the head of the page and its data: what its text shows was looked at already."""
    from htmldate import find_date

    parts = [node.html or "" for node in tree.css('head meta,head link,script[type*="json" i]')[:500]]
    html = f"<html><head>{''.join(part for part in parts if len(part) < 400_000)}</head><body></body></html>"
    latest = moment.astimezone(dates.VIETNAM).date().isoformat() if moment is not _FAR else None
    try:
        day = find_date(
            html, extensive_search=False, original_date=True, outputformat="%Y-%m-%d", url=url, max_date=latest
        )
    except (ValueError, TypeError, OverflowError, RecursionError):  # whatever a hostile page makes it do
        return
    instant = dates.parse(day) if day and not day.endswith("-01-01") else None  # a lone year becomes 1 January
    if instant:
        yield _Found(instant, "htmldate")
