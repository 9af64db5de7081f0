"""Letters as files on the page of a matter: for editors only, each opening in the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile

from errors import Conflict
from pipeline.register import files
from pipeline.register.acts import Office
from web.register.matters import done, id_of
from web.site.access import Editor
from web.site.site import HEADERS, Number, office_of

router = APIRouter()


@router.post("/matters/{year}/{number}/files")
def add(
    request: Request, visitor: Editor, year: Number, number: Number, file: Annotated[UploadFile, File()],
    kind: Annotated[str, Form()] = "other", version: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Keep a letter's file."""
    body = file.file.read(files.LARGEST + 1)

    def act(office: Office, name: str) -> None:
        files.add(office, name, kind, body, id_of(version))

    return done(request, visitor, year, number, act)


@router.get("/matters/{year}/{number}/files/{file}")
def read(request: Request, visitor: Editor, year: Number, number: Number, file: Number) -> Response:
    """Open a letter's file: it is handed out as a download, never shown in the page."""
    try:
        found, body = files.read(office_of(request, visitor), f"{number}/{year}", file)
    except Conflict:
        raise HTTPException(404) from None
    name = f"su-viec-{number}-{year}-van-ban-{found.id}.{found.type}"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=files.MEDIA[found.type], headers=headers)


@router.post("/matters/{year}/{number}/files/{file}/drop")
def drop(request: Request, visitor: Editor, year: Number, number: Number, file: Number) -> Response:
    """Take a letter's file out for good."""

    def act(office: Office, name: str) -> None:
        files.drop(office, name, file)

    return done(request, visitor, year, number, act)
