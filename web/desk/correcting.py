"""Putting right what is shown: an editor's word about tags, places and stories; each act can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field as Bounds

from errors import DiemBaoError
from pipeline.desk import regroup
from pipeline.figures import area
from press import Article
from storage import coverage
from storage.coverage.corrections import MOST_TOPICS, Field, Value, add_correction, undo_correction, wrong
from storage.people.audit import Act, record
from web.archive.reading import MOST, Id, article_page, story_page
from web.site.access import Editor
from web.site.site import HEADERS, Site, site_of
from web.site.visitor import Visitor

router = APIRouter()
Text = Annotated[str, Form()]
Number = Annotated[int, Form(ge=0, le=MOST)]
Numbers = Annotated[list[Annotated[int, Bounds(ge=0, le=MOST)]], Form()]
TONES = {"1": 1, "0": 0, "-1": -1, "none": None}
UNCLEAR = "Không hiểu yêu cầu sửa."


class WrongError(Exception):
    """What was asked for cannot be; says why in Vietnamese."""


@router.post("/articles/{number}/correct")
def correct(request: Request, visitor: Editor, number: Id, choice: Text = "", value: Text = "") -> Response:
    """Put one tag of an article right: `choice` is act|field|value, the value apart where a list has it."""
    site, now = site_of(request), site_of(request).clock()
    act, _, what = choice.partition("|")
    field, _, own = what.partition("|")
    value = value or own
    try:
        with site.archive.begin() as db:
            found = coverage.articles.get_article(db, number)
            if found is None:
                raise HTTPException(404)
            name, after = _wanted(site, found, field, value, act, visitor)
            if wrong(name, after):
                raise WrongError(UNCLEAR)
            add_correction(db, number, name, after, who=visitor.account.email, now=now)
            details = {"field": name, "value": value, "act": act}
            record(db, [Act(visitor.account.email, "corrected", str(number), details)], now)
    except WrongError as error:
        return article_page(request, visitor, number, problem=str(error), status=422)
    return _go(f"/articles/{number}#da-sua")


def _wanted(site: Site, found: Article, field: str, value: str, act: str, visitor: Visitor) -> tuple[Field, Value]:
    if field == "tone" and value in TONES:
        return "tone", TONES[value]
    if field == "topic":
        return "topics", _topics([tag.id for tag in found.topics], value, act)
    if field == "place":
        return "places", _places(site, found, value, act, visitor)
    if field == "relevance":
        return "relevance", value
    raise WrongError(UNCLEAR)


def _topics(now: list[str], value: str, act: str) -> list[str]:
    """The added topic comes first: it is what the digest files the article under."""
    others = [topic for topic in now if topic != value]
    after = others if act == "remove" else [value] if act == "only" else [value, *others]
    if not after:
        raise WrongError("Bài phải có ít nhất một lĩnh vực: xin thêm lĩnh vực đúng trước.")
    if len(after) > MOST_TOPICS:
        raise WrongError("Một bài có nhiều nhất ba lĩnh vực: xin bỏ bớt trước.")
    return after


def _places(site: Site, found: Article, value: str, act: str, visitor: Visitor) -> list[dict[str, Any]]:
    now = [asdict(place) for place in found.places]
    if act == "remove":
        left = [place for at, place in enumerate(now) if f"{at}:{place['code']}" != value]
        if len(left) == len(now):
            raise WrongError("Địa danh này không còn trong bài.")
        return left
    try:
        added = asdict(area.place(site.settings.area, value, visitor.account.email))
    except DiemBaoError:
        raise WrongError("Không có địa danh này trong địa bàn.") from None
    if any(
        (one["code"], one["valid_from"], one["name"]) == (added["code"], added["valid_from"], added["name"])
        for one in now
    ):
        raise WrongError("Bài đã có địa danh này.")
    return [*now, added]


@router.post("/articles/{number}/undo")
def undo(request: Request, visitor: Editor, number: Id, correction: Number) -> Response:
    """Take a correction of an article back."""
    site, now = site_of(request), site_of(request).clock()
    try:
        with site.archive.begin() as db:
            undone = undo_correction(db, correction, now)
            if undone.article != number:
                raise WrongError("Lần sửa này thuộc bài khác.")
            details = {"correction": correction, "field": undone.field}
            record(db, [Act(visitor.account.email, "correction undone", str(number), details)], now)
    except (WrongError, DiemBaoError):
        return article_page(request, visitor, number, problem="Lần sửa này đã được hoàn tác.", status=409)
    return _go(f"/articles/{number}#da-sua")


@router.post("/articles/{number}/story")
def move(request: Request, visitor: Editor, number: Id, to: Text = "") -> Response:
    """Move an article into another story, by its number or address; `new`: into one of its own."""
    site = site_of(request)
    with site.archive.read() as db:
        if coverage.articles.get_article(db, number) is None:
            raise HTTPException(404)

    def act(who: str, now: datetime) -> None:
        regroup.move(site.archive, number, None if to == "new" else _story(site, to), who, now)

    return _article_answer(request, visitor, number, _problem(site, visitor, act))


@router.post("/stories/{number}/merge")
def merge(request: Request, visitor: Editor, number: Id, other: Text = "") -> Response:
    """Take another story in, by its number or address."""
    site = site_of(request)

    def act(who: str, now: datetime) -> None:
        taken = _story(site, other)
        if taken == number:
            raise WrongError("Đây chính là sự kiện này.")
        regroup.merge(site.archive, number, taken, who, now)

    return _story_answer(request, visitor, number, _problem(site, visitor, act))


@router.post("/stories/{number}/split")
def split(request: Request, visitor: Editor, number: Id, articles: Numbers = []) -> Response:  # noqa: B006 - FastAPI copies it
    """Make a story of its own of some articles."""
    site = site_of(request)

    def act(who: str, now: datetime) -> None:
        with site.archive.read() as db:
            found = coverage.stories.stories(db, ids=[number])
        if not articles or not found or set(articles) >= set(found[0].articles):
            raise WrongError("Xin chọn một số bài để tách, không phải tất cả.")
        regroup.split(site.archive, number, articles, who, now)

    return _story_answer(request, visitor, number, _problem(site, visitor, act))


@router.post("/stories/{number}/undo")
def undo_story(request: Request, visitor: Editor, number: Id, event: Number, article: Number = 0) -> Response:
    """Take back a merge, a split or a move."""
    site = site_of(request)

    def act(who: str, now: datetime) -> None:
        regroup.undo(site.archive, event, who, now)

    answer, shown = (_article_answer, article) if article else (_story_answer, number)
    return answer(request, visitor, shown, _problem(site, visitor, act))


def _problem(site: Site, visitor: Visitor, act: Callable[[str, datetime], None]) -> str:
    """Do something to the stories; returns what was wrong, "" if nothing."""
    try:
        act(visitor.account.email, site.clock())
    except WrongError as error:
        return str(error)
    except DiemBaoError:
        return "Không làm được: sự kiện hoặc bài đã thay đổi từ lúc mở trang. Xin xem lại rồi thử lại."
    return ""


def _story(site: Site, text: str) -> int:
    """Return the story that a number or an address of one means, as it is found today."""
    digits = text.strip().rstrip("/").rpartition("/")[2]
    with site.archive.read() as db:
        current = coverage.stories.current_story(db, int(digits)) if digits.isdecimal() and len(digits) < 19 else None
        if current is None or not coverage.stories.stories(db, ids=[current]):
            raise WrongError("Không có sự kiện mang số này.")
    return current


def _article_answer(request: Request, visitor: Visitor, number: int, problem: str) -> Response:
    if problem:
        return article_page(request, visitor, number, problem=problem, status=409)
    return _go(f"/articles/{number}#da-sua")


def _story_answer(request: Request, visitor: Visitor, number: int, problem: str) -> Response:
    if problem:
        return story_page(request, visitor, number, problem=problem, status=409)
    return _go(f"/stories/{number}#lich-su")


def _go(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303, headers=HEADERS)
