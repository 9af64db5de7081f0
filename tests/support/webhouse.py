"""The web archive for tests: an application over an archive, and visitors who log in as people do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.routing import APIRoute

import settings as settings_module
from settings import Settings
from storage import Archive, open_archive
from storage.people import accounts
from storage.people.accounts import Role
from web import make_app
from web.pages import ROOMS
from web.people import passwords
from web.site.site import Site

NOW = datetime(2026, 8, 5, 0, 0, tzinfo=UTC)
PASSWORD = "mật khẩu đủ dài"
#: Of the accounts of the tests, each of which logs in: a real one is slow on purpose (/start makes one).
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def every_route() -> list[Any]:
    """Return every route of the pages and the API: objects with `path`, `methods` and `dependant`."""
    found: list[Any] = []
    for room in ROOMS:
        for route in room.router.routes:
            found += [route] if isinstance(route, APIRoute) else route.effective_route_contexts()  # type: ignore[attr-defined]
    return found


class Clock:
    """The time as the application sees it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class InLoop(httpx.BaseTransport):
    """Asks an application in its event loop: one step to another thread for a request, where TestClient takes eight."""

    def __init__(self, app: FastAPI, loop: BlockingPortal, address: str, raises: bool) -> None:
        self._asked = httpx.ASGITransport(app, raise_app_exceptions=raises, client=(address, 50000))
        self._loop = loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()  # what a generator gives is not for a loop
        return self._loop.call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._asked.handle_async_request(request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        body = b"".join([part async for part in answer.stream])
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)


class House:
    """An application, its archive, its clock, and the event loop that all of its browsers ask it in."""

    def __init__(self, archive: Archive, settings: Settings, loop: BlockingPortal) -> None:
        self.archive = archive
        self.settings = settings
        self.loop = loop
        self.clock = Clock()
        self.app = make_app(archive, settings, self.clock)
        self.site: Site = self.app.state.site

    def anonymous(self, address: str = "192.0.2.1", *, raises: bool = True) -> httpx.Client:
        """Return a browser nobody is logged in with; redirects are not followed, what the application raises is."""
        return httpx.Client(transport=InLoop(self.app, self.loop, address, raises), base_url="http://127.0.0.1:8000")

    def account(self, role: Role, email: str = "") -> str:
        """Return the address of a new account."""
        email = email or f"{role}@example.vn"
        with self.archive.begin() as db:
            if accounts.find_account(db, email) is None:
                accounts.add_account(db, email, name="", role=role, password=HASH, now=self.clock())
        return email

    def browser(self, role: Role, email: str = "") -> httpx.Client:
        """Return a browser in which somebody of this role is logged in."""
        client = self.anonymous()
        email = self.account(role, email)
        answer = client.post("/login", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def key(self, role: Role, *scopes: str, email: str = "") -> dict[str, str]:
        """Return the headers of a new API key."""
        address = self.account(role, email)
        with self.archive.begin() as db:
            account = accounts.find_account(db, address)
            assert account is not None
            secret = accounts.add_token(db, account.id, "test", scopes, self.clock())
        return {"Authorization": f"Bearer {secret}"}


def token(page: httpx.Response | str) -> str:
    """Return the forgery token of a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', page if isinstance(page, str) else page.text)
    assert found, "the page has no form with a token"
    return found[1]


@cache
def _empty() -> bytes:
    """Return the file of an empty archive: migrating takes longer than most tests."""
    with TemporaryDirectory() as folder:
        open_archive(f"sqlite:///{folder}/x.db").close()
        return Path(folder, "x.db").read_bytes()


@contextmanager
def house(folder: Path, extra: str = "") -> Iterator[House]:
    """Give a house over a new archive in `folder`; `extra` goes into its settings."""
    text = f'[storage]\nurl = "sqlite:///web.db"\n[crawl]\noutlets = []\ncontact = "x@example.vn"\n{extra}'
    settings = settings_module.parse(text, folder / "settings.toml")
    file = folder / "web.db"
    if not file.exists():
        file.write_bytes(_empty())
    cheap = patch.object(passwords, "_nobody", lambda: HASH)  # nobody's password takes as long as everybody's
    with open_archive(settings.storage.url) as archive, start_blocking_portal() as loop, cheap:
        yield House(archive, settings, loop)
