"""The first page: what the press wrote about the area today."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from pipeline.figures import today
from web.archive import charts
from web.site.access import Reader
from web.site.site import show, site_of
from web.site.words import say

router = APIRouter()
TOP = 12
ORDER = (1, 0, -1, None)


@router.get("/")
def first(request: Request, visitor: Reader) -> Response:
    """Show today at a glance."""
    site = site_of(request)
    language = visitor.account.language
    site.note(visitor, "today read")
    found = today.look(site.archive, site.settings, site.clock(), language, site.states.latest(site.clock()))
    daily = charts.bars(
        [(f"{day.day}/{day.month}", count) for day, count in found.numbers.daily],
        say(language, "Số bài về địa bàn mỗi ngày, 14 ngày qua và hôm nay"),
    )
    strips = {name: _strip(language, counts) for name, counts in (("today", found.today), ("day", found.day))}
    open_ = [one for one in found.register if one.waiting or not one.result]
    ended = [one for one in found.register if one.result and not one.waiting]
    others = [news for news in found.stories if news not in found.matters]
    return show(
        request, "archive/today.html.j2", visitor, found=found, top=others[:TOP], more=len(others) - TOP,
        daily=daily, strips=strips, order=ORDER, reprints=today.reprints, owed=open_,
        done=ended,
    )  # fmt: skip


def _strip(language: str, counts: Mapping[int | None, int]) -> str:
    return charts.tone_strip(counts, say(language, "Tỷ lệ sắc thái"))
