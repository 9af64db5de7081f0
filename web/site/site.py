"""What every page shares: the archive, the settings, the clock, the audit log, and how a template is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from pydantic import Field

from pipeline.register.acts import Office
from pipeline.running import outlets as chosen_outlets
from pipeline.running.search import open_index
from pipeline.watching.condition import Outlets
from press import Outlet
from settings import Settings
from storage import Archive
from storage.people.audit import Act
from storage.search import SearchIndex
from web.site.acts import ActLog
from web.site.tries import Tries
from web.site.visitor import Visitor
from web.site.words import environment

Tongue = Literal["vi", "en"]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]  #: of a row, as visitors may give it: what the archive can hold
#: Nothing inline, nothing from elsewhere, nowhere framed.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Site:
    """The archive as the web shows it; one per application."""

    archive: Archive
    settings: Settings
    clock: Callable[[], datetime]
    log: ActLog = field(init=False)
    tries: Tries = field(init=False, default_factory=Tries)

    def __post_init__(self) -> None:
        """Open the audit log."""
        object.__setattr__(self, "log", ActLog(self.archive, self.clock))

    @cached_property
    def outlets(self) -> Mapping[str, Outlet]:
        """Return slug -> outlet, of the catalogue and the settings."""
        return chosen_outlets.known(self.settings)

    @cached_property
    def outlet_names(self) -> Mapping[str, str]:
        """Return slug -> name."""
        return {slug: outlet.name for slug, outlet in self.outlets.items()}

    @cached_property
    def index(self) -> SearchIndex:
        """Return the search index; whoever serves has it follow the archive."""
        return open_index(self.archive, self.settings)

    @cached_property
    def states(self) -> Outlets:
        """Return the states of the outlets as last looked at."""
        return Outlets(self.archive, self.settings)

    def outlet_name(self, slug: str) -> str:
        """Return the name of an outlet; one that left the catalogue keeps its slug."""
        return self.outlets[slug].name if slug in self.outlets else slug

    def note(self, visitor: Visitor, action: str, target: object = "", **details: Any) -> None:
        """Write what a visitor does to the audit log, before it is shown."""
        self.log.add(Act(visitor.account.email, action, str(target), details))


def site_of(request: Request) -> Site:
    """Return the site a request is for."""
    site: Site = request.app.state.site
    return site


def office_of(request: Request, visitor: Visitor) -> Office:
    """Return who works at the register where, as its acts need it."""
    site = site_of(request)
    return Office(site.archive, site.settings, visitor.account.email, site.clock())


def tongue_of(request: Request) -> Tongue:
    """Return the language of a visitor nobody knows: the one chosen before, else Vietnamese."""
    return "en" if request.cookies.get("language") == "en" else "vi"


def show(
    request: Request, template: str, visitor: Visitor | None = None, status: int = 200, **context: Any
) -> HTMLResponse:
    """Return a rendered template in the visitor's language.

    Every template sees `site`, `visitor` (None: not logged in), `language`, `path`, `now`, and `csrf()`, the hidden
    field of each form that changes something.
    """
    site = site_of(request)
    language = visitor.account.language if visitor else tongue_of(request)
    csrf = Markup('<input type="hidden" name="csrf" value="{}">').format(visitor.csrf if visitor else "")
    shared = {
        "site": site,
        "visitor": visitor,
        "language": language,
        "path": request.url.path,
        "now": site.clock(),
        "csrf": lambda: csrf,
    }
    text = environment(language, site.settings.digest.timezone).get_template(template).render(shared | context)
    return HTMLResponse(text, status_code=status, headers=HEADERS)
