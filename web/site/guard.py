"""What holds for every request around any room: size, origin, HEAD, headers, a line in the log for what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import logs
from web.site.access import SAFE
from web.site.site import HEADERS

LOG = logs.logger()
LARGEST = 1_000_000  #: bytes of a body; no form and no call of the API comes near
FILES = re.compile(r"/matters/\d+/\d+/files")  #: scanned letters come here, and are larger
LARGEST_FILE = 9_000_000
TOO_LARGE = "Nội dung gửi lên quá lớn"
MAIL_PROGRAMS = "/unsubscribe"  # called by whatever program shows a mail; its token is signed


class Guard:
    """An ASGI application around another; `trouble` makes the answer that says what is wrong."""

    def __init__(self, app: ASGIApp, trouble: Callable[[Request, int, str], Response]) -> None:
        self.app = app
        self.trouble = trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        send = _finished(scope, send)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _largest(scope):
            await self._refuse(scope, receive, send, 413, TOO_LARGE)
        elif scope["method"] not in SAFE and _from_elsewhere(headers) and scope["path"] != MAIL_PROGRAMS:
            await self._refuse(scope, receive, send, 403, "Không được phép")
        elif scope["method"] == "HEAD":
            await self.app({**scope, "method": "GET"}, receive, _without_body(send))
        else:
            await self.app(scope, _limited(receive, _largest(scope)), send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, status: int, title: str) -> None:
        answer = await run_in_threadpool(self.trouble, Request(scope), status, title)
        await answer(scope, receive, send)


def _from_elsewhere(headers: Headers) -> bool:
    """Whether a browser says that another site sends this; programs say nothing of it."""
    return headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def _largest(scope: Scope) -> int:
    return LARGEST_FILE if FILES.fullmatch(scope["path"]) else LARGEST


def _limited(receive: Receive, largest: int) -> Receive:
    """A body without a length is counted as it comes."""
    seen = 0

    async def take() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > largest:
            raise HTTPException(413, TOO_LARGE)
        return message

    return take


def _without_body(send: Send) -> Send:
    async def give(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return give


def _finished(scope: Scope, send: Send) -> Send:
    """Whoever forgot a header gets it; what was refused is in the log of the service."""

    async def give(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            status = message["status"]
            if 400 <= status < 500 and status != 401:
                client = (scope.get("client") or ("",))[0]
                LOG.warning("refused", status=status, method=scope["method"], path=scope["path"], client=client)
        await send(message)

    return give
