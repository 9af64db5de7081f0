"""What a collection is given and whom it tells: the protocol between the crawlers and their caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from press import Feed, FeedReading, Outcome, Outlet, Page, Reading, Robots


@dataclass(frozen=True, slots=True)
class Job:
    """One collection: the lists and articles that are due, and the manners to keep."""

    outlets: Mapping[str, Outlet]  #: by slug, at least those of `feeds` and `readings`
    feeds: tuple[Feed, ...]
    readings: tuple[Reading, ...]
    user_agent: str
    delay: float  #: seconds between the starts of two requests to one host; robots.txt may ask for more
    now: datetime  #: aware; what is read in this run was read at this instant
    proxy: str = ""
    allow_private_hosts: bool = False
    max_bytes: int = 8 * 1024 * 1024  #: of one body, after decompression
    timeout: float = 15.0  #: seconds for one request as a whole
    budget: float = 3600.0  #: seconds after which nothing more is asked; what is left stays due
    max_redirects: int = 5


class Sink(Protocol):
    """Where a collection puts what it learns; every call stores at once, so that a killed run loses nothing."""

    def feed_read(self, reading: FeedReading) -> Sequence[Reading]:
        """Store the reading of a list; answer with the article URLs to fetch now (those never read).

        Its outcome is done or later; `at` is set only where the server said when to come back, else the rhythm decides.
        """

    def page_read(self, reading: Reading, page: Page) -> None:
        """A body that differs from the last one."""

    def page_unchanged(self, reading: Reading, at: datetime) -> None:
        """The server said 304, or served the same bytes."""

    def page_failed(self, reading: Reading, outcome: Outcome, status: int | None) -> None:
        """The article could not be read: `outcome.kind` is later or never."""

    def robots(self, url: str) -> Robots | None:
        """The robots.txt of this address as it was last kept, expired or not; None where it was never read."""

    def robots_read(self, robots: Robots) -> None:
        """A robots.txt that was read, or found unchanged: keep it."""

    def requested(self, outlet: str, url: str, status: int | None, shown: datetime | None) -> None:
        """Every request on the wire, robots.txt and redirects too; `status` is None where no answer came.

        `shown`: what the server's clock showed when it answered, None where it does not say.
        """
