"""Exports: /export.FORMAT of a query or a story, for pages and, below /api/v1, for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from pipeline.export import FORMATS
from pipeline.export.make import Asked, Export, prepare
from storage.search import Sort
from web.site.access import API, Exporter, needs
from web.site.limit import limited
from web.site.site import HEADERS, show, site_of
from web.site.visitor import Visitor

Form = Literal["csv", "xlsx", "jsonl", "atom", "docx"]
Keeper = Annotated[Visitor, Depends(needs("admin", "admin"))]
QUERY: Final = Query(description="a query, see docs/api.md; empty: every article")
STORY: Final = Query(ge=1, lt=2**63, description="the articles of this story instead")
_MEDIA: Final[dict[str, Any]] = {kind.media.partition(";")[0]: {} for kind in FORMATS.values()}
_FILE: Final[dict[int | str, dict[str, Any]]] = {200: {"content": _MEDIA, "description": "The file"}}

files = APIRouter(tags=["export"], dependencies=[Depends(limited)])
router = APIRouter()


@dataclass(slots=True)
class Progress:
    """How far an export is."""

    who: str
    form: str
    of: int
    done: int = 0

    def told(self, done: int) -> None:
        """Note how many articles are done."""
        self.done = done


class Running:
    """The exports that are being made, in the memory of the process."""

    def __init__(self) -> None:
        self._all: dict[int, Progress] = {}

    def of(self, who: str) -> list[Progress]:
        """Return the exports of one account."""
        return [one for one in list(self._all.values()) if one.who == who]

    def followed(self, progress: Progress, made: Export) -> tuple[Iterator[bytes], int | None]:
        """Return an export's bytes and their number, seen by `of` until the last of them is out."""
        self._all[id(progress)] = progress
        try:
            body, length = made.open(progress.told)
        except BaseException:
            del self._all[id(progress)]
            raise
        return self._until_out(progress, body), length

    def _until_out(self, progress: Progress, body: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from body
        finally:
            self._all.pop(id(progress), None)


@router.get("/export")
def choose(
    request: Request, visitor: Exporter, q: str = "", story: Annotated[int | None, STORY] = None, sort: Sort = "newest"
) -> Response:
    """Show how many articles an export would hold, and the formats to choose from."""
    site = site_of(request)
    count = prepare(site.archive, site.index, site.settings, Asked("csv", q, story, sort), site.clock()).about.count
    site.note(visitor, "searched", q if story is None else f"story {story}", total=count)
    asked = urlencode({"q": q, "sort": sort} if story is None else {"story": story})
    running = request.app.state.running.of(visitor.account.email)
    return show(request, "archive/export.html.j2", visitor, q=q, story=story, count=count, asked=asked, running=running)


@router.get("/export/running")
def running(request: Request, visitor: Exporter) -> Response:
    """Show how far one's exports are; htmx asks while the page is open."""
    mine = request.app.state.running.of(visitor.account.email)
    return show(request, "archive/export_running.html.j2", visitor, running=mine)


@files.get("/export.warc", responses=_FILE, response_class=Response, summary="Stored pages (WARC)")
def stored_pages(
    request: Request, visitor: Keeper, q: Annotated[str, QUERY] = "", story: Annotated[int | None, STORY] = None,
    sort: Sort = "newest",
) -> Response:  # fmt: skip
    """Export the stored pages of the articles found: evidence, for administrators only."""
    return _answer(request, visitor, Asked("warc", q, story, sort))


@files.get("/export.{form}", responses=_FILE, response_class=Response, summary="Articles as a file")
def articles(
    request: Request, visitor: Exporter, form: Form, q: Annotated[str, QUERY] = "",
    story: Annotated[int | None, STORY] = None, sort: Sort = "newest",
) -> Response:  # fmt: skip
    """Export the articles found: csv, xlsx, jsonl, atom or docx.

    The header `X-Articles` says how many there are before the first of them comes.
    """
    language = "vi" if request.url.path.startswith(API) else visitor.account.language
    return _answer(request, visitor, Asked(form, q, story, sort, language))


def _answer(request: Request, visitor: Visitor, asked: Asked) -> Response:
    site = site_of(request)
    made = prepare(site.archive, site.index, site.settings, asked, site.clock())
    site.note(visitor, "exported", made.about.query, format=asked.form, count=made.about.count)
    progress = Progress(visitor.account.email, asked.form, made.about.count)
    body, length = request.app.state.running.followed(progress, made)
    headers = {**HEADERS, **request.state.limit, "X-Articles": str(made.about.count)}
    headers["Content-Disposition"] = f'attachment; filename="{made.filename}"'
    if length is not None:
        headers["Content-Length"] = str(length)
    return StreamingResponse(body, headers=headers, media_type=made.format.media)


router.include_router(files)
