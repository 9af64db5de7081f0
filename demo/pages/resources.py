"""What an address of the demo press answers: a value, decided once, and the reading of it by one request."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Literal

from demo.forms.writing import http_date

Conditions = Literal["both", "weak", "etag", "modified", "lies", "none"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One address: its answer, what a re-reading gets, and which troubles it makes."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    modified: datetime | None = None
    conditions: Conditions = "none"
    headers: Mapping[str, str] = field(default_factory=dict)
    later: Resource | None = None  #: what a conditional request, or any after `advance`, is answered with
    first: Resource | None = None  #: what the very first request is answered with
    delay: float = 0.0  #: seconds before the answer
    promised: int | None = None  #: Content-Length that the body never reaches
    etag: str = ""
    packed: bytes = b""  #: the body under gzip, for who accepts it


def page(
    body: bytes, *, modified: datetime, conditions: Conditions, content_type: str = "", packed: bool = False
) -> Resource:
    """Return a resource of status 200 with the validators that its outlet hands out."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    etag = {"both": tag, "etag": tag, "weak": f"W/{tag}"}.get(conditions, "")
    kind = content_type or "text/html; charset=utf-8"
    return Resource(
        body,
        kind,
        modified=modified,
        conditions=conditions,
        etag=etag,
        packed=gzip.compress(body, 6, mtime=0) if packed else b"",
    )


GONE = Resource("<html><body><h1>404</h1><p>Không tìm thấy trang</p></body></html>".encode(), status=404)


def current(resource: Resource, request: Mapping[str, str], *, advanced: bool) -> Resource:
    """Return what stands at the address for this request.

    The press remembers no reader: who shows by a condition that it read the page before sees the later state of it.
    """
    again = "if-none-match" in request or "if-modified-since" in request
    return resource.later if resource.later is not None and (again or advanced) else resource


def not_modified(resource: Resource, request: Mapping[str, str]) -> bool:
    """Tell whether the request's conditions are met by what the reader has (RFC 9110 §13.2.2)."""
    if resource.status != 200 or resource.conditions in ("none", "lies"):
        return False
    tags = request.get("if-none-match")
    if tags is not None and resource.etag:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in known or resource.etag.removeprefix("W/") in known
    since = request.get("if-modified-since")
    if since is None or resource.modified is None or resource.conditions == "etag":
        return False
    try:
        return resource.modified <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


def head(resource: Resource, now: datetime, *, status: int | None = None, packed: bool = False) -> bytes:
    """Return the status line and the headers of an answer; `packed` says that the body goes under gzip."""
    status = resource.status if status is None else status
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Server: demo-press", f"Date: {http_date(now)}"]
    if resource.etag:
        lines.append(f"ETag: {resource.etag}")
    if resource.conditions == "lies":
        lines.append(f"Last-Modified: {http_date(now)}")
    elif resource.modified is not None and resource.conditions != "etag":
        lines.append(f"Last-Modified: {http_date(resource.modified)}")
    if status != 304:
        body = resource.packed if packed else resource.body
        length = len(body) if resource.promised is None else resource.promised
        lines += [f"Content-Type: {resource.content_type}", f"Content-Length: {length}"]
    if packed:
        lines.append("Content-Encoding: gzip")
    if resource.packed:
        lines.append("Vary: Accept-Encoding")
    lines += [f"{name}: {value}" for name, value in resource.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
