"""Charts as SVG made here: data in, markup out. No script and no inline style; colours are classes of `app.css`.

Each chart says in `<title>` what it shows and in `<desc>` its numbers in a sentence; the page has the table beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from web.site.words import TONES

ORDER: Final = (1, 0, None, -1)  #: tones as they are stacked, the first at the bottom or left
WIDTH, HEIGHT, FOOT, HEAD, LABEL = 640, 156, 28, 14, 72
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def bars(rows: Sequence[tuple[str, int]], title: str, desc: str = "") -> Markup:
    """Return columns, one a row (label, value), the greatest value at the axis; labels thin out where many."""
    return stacked([(label, {"f-all": value}) for label, value in rows], title, desc)


def tone_bars(rows: Sequence[tuple[str, Mapping[int | None, int]]], title: str, desc: str = "") -> Markup:
    """Return columns stacked by tone: each row is (label, tone -> count)."""
    shaped = [(label, {_tone(tone): counts.get(tone, 0) for tone in ORDER}) for label, counts in rows]
    return stacked(shaped, title, desc)


def stacked(rows: Sequence[tuple[str, Mapping[str, int]]], title: str, desc: str = "") -> Markup:
    """Return columns stacked by class: each row is (label, CSS class -> value), the first class at the bottom."""
    greatest = max((sum(parts.values()) for _, parts in rows), default=0)
    room, step = HEIGHT - FOOT - HEAD, WIDTH / max(len(rows), 1)
    every = max(-(-len(rows) * LABEL // WIDTH), 1)
    floor = HEIGHT - FOOT

    def drawn() -> Iterator[Markup]:
        if greatest:
            yield Markup('<text x="0" y="10">{}</text>').format(greatest)
        yield _line(0, floor, WIDTH, floor)
        for at, (label, parts) in enumerate(rows):
            said = _plain(f"{label}: {sum(parts.values())}")
            yield Markup("<g><title>{}</title>").format(said)
            top = float(floor)
            for name, value in parts.items():
                tall = room * value / greatest if greatest else 0.0
                top -= tall
                if value:
                    yield _box(at * step + step * 0.1, top, step * 0.8, tall, name)
            yield Markup("</g>")
            if (len(rows) - 1 - at) % every == 0:  # the newest, at the right, always has its label
                yield _label(at * step + step / 2, HEIGHT - 4, label)

    return _svg(WIDTH, HEIGHT, "chart", title, desc, drawn())


def tone_strip(counts: Mapping[int | None, int], title: str, desc: str = "") -> Markup:
    """Return one thin bar over the whole width, its parts the shares of the tones; empty where nothing is counted."""
    total = sum(counts.values())

    def drawn() -> Iterator[Markup]:
        left = 0.0
        for tone in ORDER:
            wide = WIDTH * counts.get(tone, 0) / total if total else 0.0
            if wide:
                yield _box(left, 0, wide, 12, _tone(tone))
            left += wide

    return _svg(WIDTH, 12, "chart strip", title, desc, drawn())


def sparkline(values: Sequence[int], title: str, desc: str = "") -> Markup:
    """Return a line of the size of a word; a dot marks the newest value."""
    wide, tall = 120, 24
    greatest = max(values, default=0) or 1
    step = (wide - 6) / max(len(values) - 1, 1)
    points = [(3 + at * step, 3 + (tall - 6) * (1 - value / greatest)) for at, value in enumerate(values)]

    def drawn() -> Iterator[Markup]:
        if points:
            path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
            yield Markup('<polyline class="line" points="{}"/>').format(path)
            yield Markup('<circle class="f-all" cx="{}" cy="{}" r="2.5"/>').format(_n(points[-1][0]), _n(points[-1][1]))

    return _svg(wide, tall, "spark", title, desc, drawn())


def timeline(rows: Mapping[str, Sequence[tuple[datetime, int | None, str]]], title: str, zone: ZoneInfo) -> Markup:
    """Return a line for each name with a dot for each (instant, tone, words), the first name on top."""
    every = [at for dots in rows.values() for at, _, _ in dots]
    first, last = min(every), max(every)
    length = max((last - first).total_seconds(), 1.0)
    left, step, tall = 210, 30, 30 * len(rows) + FOOT + 4

    def drawn() -> Iterator[Markup]:
        for number, (name, dots) in enumerate(rows.items()):
            y = step * number + step / 2
            yield _line(left, y, WIDTH, y)
            short = name if len(name) <= 26 else f"{name[:25]}…"
            yield Markup('<text x="0" y="{}">{}</text>').format(_n(y + 4), _plain(short))
            for at, tone, said in dots:
                x = left + 8 + (WIDTH - left - 16) * (at - first).total_seconds() / length
                when = at.astimezone(zone).strftime("%H:%M %d/%m")
                yield Markup('<circle class="{}" cx="{}" cy="{}" r="6"><title>{}</title></circle>').format(
                    _tone(tone), _n(x), _n(y), _plain(f"{when} {name}: {said}")
                )
        for x, anchor, at in ((left, "start", first), (WIDTH, "end", last)):
            when = at.astimezone(zone).strftime("%H:%M %d/%m")
            yield Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, tall - 4, anchor, when)

    return _svg(WIDTH, tall, "chart", title, "", drawn())


def _tone(tone: int | None) -> str:
    return f"f-{TONES[tone][1]}"


def _svg(wide: int, tall: int, name: str, title: str, desc: str, parts: Iterable[Markup]) -> Markup:
    head = Markup('<svg class="{}" viewBox="0 0 {} {}" role="img" preserveAspectRatio="{}">').format(
        name, wide, tall, "none" if "strip" in name else "xMidYMid"
    )
    said = Markup("<title>{}</title>").format(_plain(title))
    more = Markup("<desc>{}</desc>").format(_plain(desc)) if desc else Markup()
    return head + said + more + Markup().join(parts) + Markup("</svg>")


def _box(x: float, y: float, wide: float, tall: float, name: str) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        name, _n(x), _n(y), _n(wide), _n(tall)
    )


def _line(x: float, y: float, to_x: float, to_y: float) -> Markup:
    return Markup('<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(_n(x), _n(y), _n(to_x), _n(to_y))


def _label(x: float, y: float, text: str) -> Markup:
    anchor = "end" if x > WIDTH - 30 else "start" if x < 30 else "middle"
    at = {"end": float(WIDTH), "start": 0.0, "middle": x}[anchor]
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(_n(at), _n(y), anchor, _plain(text))


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _plain(text: str) -> Markup:
    """Return text for XML: escaped, without the characters XML cannot hold."""
    return escape(_NOT_XML.sub("", text))
