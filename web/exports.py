"""Exports: /export.FORMAT of a query or a story, for pages and, below /api/v1, for programs."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from pipeline.export import FORMATS
from pipeline.export.make import Asked, prepare
from storage.search import Sort
from web.limit import limited
from web.site import HEADERS, site_of
from web.visitor import API, Visitor, needs

Form = Literal["csv", "xlsx", "jsonl", "atom", "docx"]
Exporter = Annotated[Visitor, Depends(needs("analyst", "export"))]
Keeper = Annotated[Visitor, Depends(needs("admin", "admin"))]
QUERY: Final = Query(description="a query, see docs/api.md; empty: every article")
STORY: Final = Query(ge=1, lt=2**63, description="the articles of this story instead")
_MEDIA: Final[dict[str, Any]] = {kind.media.partition(";")[0]: {} for kind in FORMATS.values()}
_FILE: Final[dict[int | str, dict[str, Any]]] = {200: {"content": _MEDIA, "description": "The file"}}

router = APIRouter(tags=["export"], dependencies=[Depends(limited)])


@router.get("/export.warc", responses=_FILE, response_class=Response, summary="Stored pages (WARC)")
def stored_pages(
    request: Request, visitor: Keeper, q: Annotated[str, QUERY] = "", story: Annotated[int | None, STORY] = None,
    sort: Sort = "newest",
) -> Response:  # fmt: skip
    """Export the stored pages of the articles found: evidence, for administrators only."""
    return _answer(request, visitor, Asked("warc", q, story, sort))


@router.get("/export.{form}", responses=_FILE, response_class=Response, summary="Articles as a file")
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
    body, length = made.open()
    headers = {**HEADERS, **request.state.limit, "X-Articles": str(made.about.count)}
    headers["Content-Disposition"] = f'attachment; filename="{made.filename}"'
    if length is not None:
        headers["Content-Length"] = str(length)
    return StreamingResponse(body, headers=headers, media_type=made.format.media)
