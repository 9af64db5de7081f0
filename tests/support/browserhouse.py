"""The web archive in a real browser: a server over the archive of the demo press, and Chromium that tells all it does.

`Office` is the server, `Tab` a page of a visitor with a context of his own. A tab keeps what must never happen: a
request that leaves the host, an error on the console, a violation of the content security policy.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from selectolax.lexbor import LexborHTMLParser

import settings as settings_module
from pipeline.desk.people import first_link, log
from pipeline.running.search import open_index
from storage import open_archive
from storage.people import accounts
from storage.people.accounts import Role
from storage.search import Follower
from tests.support.webhouse import HASH, PASSWORD, Clock, token
from tests.support.wholeway import ANCHOR, House, Stages, free_port
from web import make_app
from web.pages import ROOMS

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
REQUIRED = os.environ.get("DIEMBAO_BROWSER") == "required"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
#: Told to the console by the page itself; an init script is no script of the page, so the policy lets it be.
TELL_VIOLATIONS = (
    "document.addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"
)
GRAVE = ("serious", "critical")


class Office:
    """The web side over the archive of the demo press, at the time of that press."""

    def __init__(self, url: str, house: House) -> None:
        self.url = url
        self.settings = settings_module.load(house.settings)
        self.clock = Clock(ANCHOR)
        self.archive_url = self.settings.storage.url

    @contextmanager
    def open(self) -> Iterator[None]:
        """Serve, with the index following the archive as in `diembao serve`."""
        with open_archive(self.archive_url) as self.archive:
            app = make_app(self.archive, self.settings, self.clock)
            port = urlsplit(self.url).port or 0
            config = uvicorn.Config(app, port=port, log_config=None, log_level="warning", access_log=False)
            server = uvicorn.Server(config)
            index = open_index(self.archive, self.settings)
            index.catch_up()
            follower = Follower(index)
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            follower.start()
            try:
                _await_answer(f"{self.url}/health/live")
                yield
            finally:
                follower.stop(wait=5)
                server.should_exit = True
                thread.join(10)

    def first_link(self) -> str:
        """Return what `diembao serve` says on the terminal at its first start."""
        return first_link(self.archive, self.settings, self.clock())

    def account(self, role: Role) -> str:
        """Return the address of an account of this role, made where there is none."""
        email = f"{role}@example.vn"
        with self.archive.begin() as db:
            if accounts.find_account(db, email) is None:
                accounts.add_account(db, email, name="", role=role, password=HASH, now=self.clock())
        return email

    def log(self) -> list[dict[str, Any]]:
        """Return the audit log, newest first."""
        return [dict(row) for row in log(self.archive, "", "", 1000)]

    def addresses(self, role: Role = "admin") -> dict[str, str]:
        """Return route -> an address of it, for every page that a way of links leads to from the first page on."""
        known = {"/login": "/login", "": "/khong-co"}
        with httpx.Client(base_url=self.url, follow_redirects=True, timeout=60) as client:  # a busy machine is no fault
            client.post("/login", data={"email": self.account(role), "password": PASSWORD})
            wish = {"csrf": token(client.get("/searches")), "name": "Y tế", "query": "topic:health", "run": "daily"}
            assert client.post("/searches", data=wish | {"at": "07:00"}).status_code == 200
            matter = {"csrf": token(client.get("/me")), "kind": "press_request", "received": "2026-08-03T09:00"}
            assert client.post("/matters", data=matter | {"story": "1", "letter": "12/CV"}).status_code == 200
            for report in ({"kind": "weekly"}, {"kind": "annual", "year": "2026"}):
                assert client.post("/matters/reports", data={"csrf": matter["csrf"], **report}).status_code == 200
            waiting = ["/", "/me"]
            while waiting:
                address = waiting.pop(0)
                route = route_of(address)
                if route is None or route in known:
                    continue
                answer = client.get(address)
                if not answer.headers.get("content-type", "").startswith("text/html"):
                    continue
                known[route] = address
                waiting += links(answer.text, address)
        return known


def links(html: str, base: str) -> list[str]:
    """Return where the links of a page lead on this site, as paths with their query."""
    found = (node.attributes.get("href") or "" for node in LexborHTMLParser(html).css("a[href]"))
    joined = (str(httpx.URL(f"http://here{base}").join(href)) for href in found if not href.startswith("#"))
    return [href.removeprefix("http://here") for href in joined if href.startswith("http://here/")]


ROUTES = tuple(
    (route.path, route.path_regex)
    for room in ROOMS
    for route in room.router.routes
    if isinstance(route, APIRoute) and "GET" in route.methods
)


def route_of(address: str) -> str | None:
    """Return the route that answers an address; None where no page does."""
    path = urlsplit(address).path
    return next((route for route, pattern in ROUTES if re.match(pattern, path)), None)


def _await_answer(url: str) -> None:
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:  # waits longer before each
        assert client.get(url).status_code < 500


class Tab:
    """A visitor's page, alone in its browser: what it asked for and complained about is kept in `faults`."""

    def __init__(self, browser: Browser, office: Office, *, dark: bool = False, phone: bool = False) -> None:
        self.office = office
        self.faults: list[str] = []
        self.expected: set[int] = set()  #: statuses of pages that a test asks for on purpose
        self.context = browser.new_context(
            base_url=office.url,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=phone,
        )
        self.context.add_init_script(TELL_VIOLATIONS)
        self.context.on("request", self._asked)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.office.url}/", "data:", "blob:")):
            self.faults.append(f"left the host: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        wanted = any(f"status of {status}" in message.text for status in self.expected)
        if message.type in ("error", "warning") and not wanted:
            self.faults.append(f"console on {message.page.url if message.page else '?'}: {message.text}")

    def goto(self, path: str) -> Page:
        """Go to a page of the site and wait until it is quiet."""
        self.page.goto(path, wait_until="load")
        return self.page

    def log_in(self, role: Role) -> Page:
        """Log in as people do."""
        page = self.goto("/login?next=/me")
        page.get_by_label("Địa chỉ thư điện tử").fill(self.office.account(role))
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    def close(self) -> None:
        self.context.close()


def grave(page: Page, *rules: str) -> list[str]:
    """Return the serious and critical faults axe-core finds on a page by these rules (none named: all), and where.

    What passes is not told, nor are frames waited for: axe answers only from pages it was put into.
    """
    asked: dict[str, Any] = {"resultTypes": ["violations"], "iframes": False}
    if rules:
        asked["runOnly"] = {"type": "rule", "values": list(rules)}
    found: list[dict[str, Any]] = Axe().run(page, options=asked).response["violations"]
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:120]} | {node.get('failureSummary', '')[:200]}"
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium; where there is none the test is skipped loudly, or fails where browsers are required."""
    if not Path(CHROMIUM).exists():
        message = f"NOT RUN: no Chromium at {CHROMIUM}; apt install chromium, or set CHROMIUM to its program"
        if REQUIRED:
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


@contextmanager
def new_office(stages: Stages, folder: Path) -> Iterator[Office]:
    """Serve an archive as a whole run of the demo press leaves it; nobody has an account yet."""
    port = free_port()
    house = stages.house(folder, "", 2525)
    with house.settings.open("a", encoding="utf-8") as file:
        file.write(f'\n[web]\nport = {port}\npublic_url = "http://127.0.0.1:{port}"\n')
    office = Office(f"http://127.0.0.1:{port}", house)
    with office.open():
        yield office


@pytest.fixture(scope="module")
def office(stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The web side that the tests of a module share."""
    with new_office(stages, tmp_path_factory.mktemp("office")) as office:
        yield office
