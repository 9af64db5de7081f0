"""Letters as files: taken in where they are what they seem, opened with an entry in the audit log, taken out.

They may hold the names of complainants, which may not be told (237/2026 Đ18 k7): no index, export or mail reads them.
"""

from __future__ import annotations

import re
from typing import Final

from errors import UsageError
from pipeline.register.acts import Office, load
from press.matters import LETTERS
from storage import register
from storage.people.audit import Act, record
from storage.register.files import File

LARGEST: Final = 8_000_000  #: bytes of a file
MEDIA: Final = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}
_ACTS: Final = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|OpenAction\s*<<)[\s/(<\[>]")
_END: Final = 2048


def add(office: Office, number: str, letter: str, body: bytes, version: int | None = None) -> None:
    """Keep a letter's file; UsageError, noted in the audit log, where it may not be: then nothing is kept."""
    if letter not in LETTERS:
        raise UsageError(f"no kind of letter {letter!r}; the kinds are {', '.join(LETTERS)}")
    try:
        kind = kind_of(body)
    except UsageError as error:
        with office.archive.begin() as db:
            refused = {"bytes": len(body), "why": str(error)}
            record(db, [Act(office.who, "letter file refused", load(db, office, number).name, refused)], office.now)
        raise
    with office.archive.begin() as db:
        matter = load(db, office, number)
        told = {"letter": letter, "type": kind, "size": len(body)}
        matter = register.matters.change(
            db, matter.id, version, {}, office.who, office.now, "letter file added", file=told
        )
        register.files.add(db, matter, letter, kind, body, office.now)


def read(office: Office, number: str, file: int) -> tuple[File, bytes]:
    """Open a file; the audit log has it by the same commit."""
    with office.archive.begin() as db:
        matter = load(db, office, number)
        found = register.files.opened(db, matter.id, file)
        record(db, [Act(office.who, "letter file opened", matter.name, {"file": file})], office.now)
        return found


def drop(office: Office, number: str, file: int) -> None:
    """Take a file out for good."""
    with office.archive.begin() as db:
        matter = load(db, office, number)
        register.files.drop(db, matter.id, file)
        register.matters.change(
            db, matter.id, None, {}, office.who, office.now, "letter file dropped", file={"id": file}
        )


def kind_of(body: bytes) -> str:
    """Return what a file is by its bytes: pdf, png or jpg; UsageError for all else, and for what acts by itself."""
    if not body:
        raise UsageError("the file is empty")
    if len(body) > LARGEST:
        raise UsageError(f"the file has more than {LARGEST // 1_000_000} MB")
    if body.startswith(b"%PDF-"):
        if b"%%EOF" not in body[-_END:]:
            raise UsageError("the PDF is cut off")
        if _ACTS.search(body):
            raise UsageError("the PDF runs or holds something: print it to a plain PDF")
        return "pdf"
    if body.startswith(b"\x89PNG\r\n\x1a\n") and body.rstrip(b"\0").endswith(b"IEND\xaeB`\x82"):
        return "png"
    if body.startswith(b"\xff\xd8\xff") and body.rstrip(b"\0").endswith(b"\xff\xd9"):
        return "jpg"
    raise UsageError("the file is neither PDF nor PNG nor JPEG, or it is cut off")
