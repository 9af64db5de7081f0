"""The web side of the service: what machines ask, and the one-click end of a subscription that the mails name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from errors import Unusable
from pipeline.running import unsubscribe
from settings import Settings
from storage import Archive
from web import pages
from web.machines import watch
from web.site.site import Site

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def utc_now() -> datetime:
    """Return the instant the wall clock shows."""
    return datetime.now(UTC)


def make_app(archive: Archive, settings: Settings, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """Return the application; nothing happens at import time, and `clock` says what time it is."""
    app = FastAPI(title="Điểm Báo", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    site = Site(archive, settings, clock)
    pages.add_to(app, site)
    watch.add_routes(app, archive, settings, clock, site.states)

    @app.get("/unsubscribe")
    def ask(request: Request, token: str = "") -> Response:
        """Ask before ending: mail scanners follow links, only a POST acts."""
        try:
            with archive.begin() as db:  # the signing key is made on first use
                subscription = unsubscribe.read(db, token)
        except Unusable:
            return _page("invalid", 400)
        state = "ask" if subscription.ended_at is None else "ended"
        return _page(state, 200, email=subscription.email, token=token)

    @app.post("/unsubscribe")
    def end(request: Request, token: str = "") -> Response:
        """End the subscription; the mail program itself calls this (RFC 8058), so nothing else is asked."""
        try:
            subscription = unsubscribe.end(archive, settings, token, clock())
        except Unusable:
            return _page("invalid", 400)
        return _page("ended", 200, email=subscription.email)

    return app


def _page(state: str, status: int, email: str = "", token: str = "") -> HTMLResponse:
    text = TEMPLATES.get_template("site/unsubscribe.html.j2").render(state=state, email=email, token=token)
    return HTMLResponse(text, status_code=status, headers=HEADERS)
