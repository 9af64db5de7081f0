"""When an article was published: every place a page states it, and the choice between them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from analysis.reading.metadata import Head
from analysis.reading.neighbours import is_neighbours
from analysis.reading.pieces import text_lines
from press import Link, dates

logging.getLogger("htmldate").setLevel(logging.CRITICAL)

_VISIBLE = ",".join(
    (
        *(
            "[data-role=publishdate]",
            "[itemprop=datePublished]",
            ".publish-date",
            ".pdate",
            ".detail-time",
            ".bread-crumb-detail__time",
        ),
        *(
            ".post-date",
            ".entry-date",
            ".article-date",
            ".date-time",
            ".datetime",
            ".publishdate",
            "span.date",
            "div.date",
            ".time",
        ),
        *("[class*=publish i]", "[class*=date i]", "[class*=time i]", "[class*=ngay]"),
    )
)
_FAR = datetime(9000, 1, 1, tzinfo=UTC)
_LEVELS = 6


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
    def timed(self) -> bool:
        local = self.instant.at.astimezone(dates.VIETNAM)
        return self.instant.precision != "day" and (local.hour, local.minute, local.second) != (0, 0, 0)

    @property
    def in_utc(self) -> bool:
        return self.instant.raw.rstrip().lower().endswith(("z", "+00:00", "+0000", "gmt", "utc"))


def published(
    tree: LexborHTMLParser,
    head: Head,
    *,
    url: str,
    selector: str,
    link: Link | None,
    now: datetime | None,
    heading: Callable[[], LexborNode | None],
) -> Published:
    """Choose among JSON-LD, meta, the outlet's selector, <time>, a visible date near the title, the feed, the address.

    The first plausible one in that order, with three exceptions: a mere day gives way to a time on that day, a time
    marked UTC to a visible clock that shows the same figures, and what is impossible to what is possible. `heading`
    finds the article's own headline; it is asked only where a date must be looked for.
    """
    moment = now or _FAR
    said = _stated(head)
    first = next(said, None)
    if first is not None and first.timed and not first.in_utc and not _wrong(first, url, moment):
        return _answer(first, url, moment)  # nothing else could change it
    stated = [first, *said] if first is not None else []
    shown = _selected(tree, selector)
    sure = shown is not None and shown.timed and not _wrong(shown, url, moment)  # then nothing else needs a look
    on_page = [shown] if shown is not None else []
    if not sure:
        on_page += _near(heading())
    found = [*stated, *on_page, *_in_feed(link)]
    chosen = next((one for one in found if not _wrong(one, url, moment)), next(iter(found), None))
    if chosen is None:
        chosen = _last_resort(tree, url, moment)
        return _answer(chosen, url, moment) if chosen else Published(problems=("no date",))
    return _answer(_better(chosen, found, url, moment), url, moment)


def _stated(head: Head) -> Iterator[_Found]:
    for source, raws in (("json-ld", (head.ld_published,)), ("meta", head.meta_published)):
        for raw in dict.fromkeys(raws):
            instant = dates.parse(raw)
            if instant:
                yield _Found(instant, source)


def _in_feed(link: Link | None) -> Iterator[_Found]:
    if link is not None and link.published_at is not None:
        served = link.zone == "served"
        yield _Found(
            dates.Instant(link.published_at, link.published_raw, "served" if served else "assumed", "second"), "feed"
        )


def _selected(tree: LexborHTMLParser, selector: str) -> _Found | None:
    if not selector:
        return None
    try:
        instant = _first(tree.css(selector)[:5])
    except SelectolaxError:
        return None
    return _Found(instant, "selector") if instant else None


def _near(title: LexborNode | None) -> Iterator[_Found]:
    """The dates around the headline: a <time>, an element named for one, else a line beside it."""
    if title is None:
        return
    timed = visible = None
    for level in _ancestors(title):
        timed = timed or _first(_own(level.css("time")[:5], title))
        visible = visible or _first(_own(level.css(_VISIBLE)[:40], title))
        if timed or visible:
            break
    if timed:
        yield _Found(timed, "time")
    if visible:
        yield _Found(visible, "selector")
    elif not timed:
        beside = _beside(title)
        if beside:
            yield _Found(beside, "selector")


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    level = node.parent
    for _ in range(_LEVELS):
        if level is None or level.tag in {"html", "-document"}:
            return
        yield level
        level = level.parent


def _own(nodes: list[LexborNode], title: LexborNode) -> list[LexborNode]:
    return [node for node in nodes if not is_neighbours(node, title)]


def _first(nodes: list[LexborNode]) -> dates.Instant | None:
    day: dates.Instant | None = None
    for node in nodes:
        attributes = node.attributes
        shown = node.text() or ""
        for raw in (attributes.get("datetime"), attributes.get("content"), shown if len(shown) < 400 else ""):
            instant = (dates.parse(raw) or dates.search(raw)) if raw else None
            if instant and instant.precision != "day":
                return instant
            day = day or instant
    return day


def _beside(title: LexborNode) -> dates.Instant | None:
    """A date in the lines around the title, for pages whose markup says nothing."""
    for level in _ancestors(title):
        if len(level.text() or "") > 100_000:
            return None
        lines = text_lines(level)[:60]
        head = (title.text() or "").strip()[:40]
        start = next((index for index, line in enumerate(lines) if head and head in line), 0)
        for line in lines[max(0, start - 3) : start + 12]:
            instant = dates.parse(line) or (dates.search(line) if len(line) < 150 else None)
            if instant and (instant.precision != "day" or dates.parse(line)):
                return instant
    return None


def _better(chosen: _Found, found: list[_Found], url: str, now: datetime) -> _Found:
    others = [one for one in found if one is not chosen and one.timed and not _wrong(one, url, now)]
    if chosen.in_utc:
        # A clock of Vietnam marked as UTC by mistake: the visible clock or the feed says so, seven hours earlier.
        shifted = chosen.instant.at - timedelta(hours=7)
        lying = next(
            (one for one in others if not one.in_utc and abs(one.instant.at - shifted) < timedelta(minutes=1)), None
        )
        if lying:
            return lying
    if not chosen.timed:
        day = chosen.instant.at.astimezone(dates.VIETNAM).date()
        return next((one for one in others if one.instant.at.astimezone(dates.VIETNAM).date() == day), chosen)
    return chosen


def _last_resort(tree: LexborHTMLParser, url: str, now: datetime) -> _Found | None:
    own = dates.url_date(url)
    if own:
        return _Found(_midnight(own.isoformat()), "url")
    from htmldate import find_date

    latest = now.astimezone(dates.VIETNAM).date().isoformat() if now is not _FAR else None
    html = tree.html or ""
    if len(html) > 1_500_000 or html.count("<") > 25_000:
        return None
    try:
        day = find_date(html, original_date=True, outputformat="%Y-%m-%d", url=url, max_date=latest)
    except (ValueError, TypeError, OverflowError, RecursionError):  # whatever a hostile page makes it do
        return None
    return _Found(_midnight(day), "htmldate") if day else None


def _midnight(day: str) -> dates.Instant:
    at = datetime.fromisoformat(day).replace(tzinfo=dates.VIETNAM).astimezone(UTC)
    return dates.Instant(at, day, "assumed", "day")


def _wrong(found: _Found, url: str, now: datetime) -> str:
    return dates.implausible(found.instant.at, url=url, now=now)


def _answer(found: _Found, url: str, now: datetime) -> Published:
    instant = found.instant
    problems = (
        _wrong(found, url, now),
        "zone assumed" if instant.zone == "assumed" else "",
        "no time of day" if instant.precision == "day" else "",
    )
    return Published(instant.at, instant.raw, found.source, tuple(filter(None, problems)))
