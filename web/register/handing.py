"""The list of the register handed on as a file, filtered as it is on its page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from pipeline.export.matters import table
from pipeline.register import show
from storage import register
from web.register.matters import asked
from web.site.access import Exporter
from web.site.site import HEADERS, office_of, site_of

router = APIRouter()


@router.get("/matters.csv")
def listed(
    request: Request, visitor: Exporter, view: str = "waiting", unit: str = "", kind: str = "", field: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:  # fmt: skip
    """Hand on the matters that are asked for, in the order of the page; it is in the audit log first."""
    site, office = site_of(request), office_of(request, visitor)
    with site.archive.read() as db:
        law = register.law.load(db, office.area)
        view, wanted = asked(law, office, view, unit, kind, field, q)
        found = register.lists.find(db, office.area, wanted[view], by_deadline=view == "waiting")
        rows = show.rows(db, site.settings, found, office.now)
    site.note(visitor, "register exported", view, count=len(rows))
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="so-su-viec.csv"'}
    return Response(table(rows), media_type="text/csv; charset=utf-8", headers=headers)
