"""The ways in which an outlet of the demo press can fail while it is served, each as real ones do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from demo.pages.resources import Resource

#: What a mood does to the whole outlet, or to its lists or its article pages alone.
MOODS: Mapping[str, str] = {
    "ok": "as it should be",
    "down": "every address answers 503",
    "cut": "every connection is closed without an answer",
    "unreadable": "a web page stands where the lists were",
    "blocked": "every address but robots.txt answers 403",
    "pages_blocked": "the lists are served, every article page answers 403",
    "challenge": "every address but robots.txt answers 200 with a page that tests the browser",
    "robots": "robots.txt forbids everything",
    "layout": "article pages are a frame that a script would fill",
}

_BODY = re.compile(rb"<body\b.*</body>", re.DOTALL | re.IGNORECASE)
_FRAME = b'<body><div id="root"></div><script src="/app.js"></script></body>'
_UNAVAILABLE = Resource(b"<html><body><h1>503</h1></body></html>", status=503)
_FORBIDDEN = Resource(b"<html><body><h1>403 Forbidden</h1></body></html>", status=403)
_FORBIDS = Resource(b"User-agent: *\nDisallow: /\n", "text/plain; charset=utf-8")
_HOME = Resource(
    "<!doctype html><html><head><title>Trang chủ</title></head><body><h1>Trang mới</h1></body></html>".encode()
)
_CHALLENGE = Resource(
    b"<!doctype html><html><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and cookies to"
    b' continue</noscript><script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>'
)


def in_mood(mood: str, resource: Resource, path: str, *, is_list: bool) -> Resource | None:
    """What an outlet in that mood answers instead of `resource`; None: nothing, the connection is closed."""
    if mood == "ok":
        return resource
    if mood == "cut":
        return None
    if mood == "down":
        return _UNAVAILABLE
    if path == "/robots.txt":
        return _FORBIDS if mood == "robots" else resource
    if mood in ("blocked", "challenge"):
        return _FORBIDDEN if mood == "blocked" else _CHALLENGE
    if is_list:
        return _HOME if mood == "unreadable" else resource
    if mood == "pages_blocked":
        return _FORBIDDEN
    return _framed(resource) if mood == "layout" and resource.status == 200 else resource


def _framed(resource: Resource) -> Resource:
    body = _BODY.sub(lambda _: _FRAME, resource.body)
    return replace(resource, body=body, packed=b"", etag="", conditions="none", later=None)
