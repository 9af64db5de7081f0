"""The archive: what the press served, what was read from it, what was judged, grouped and delivered.

`open_archive` gives an `Archive`; the modules feeds, links, pages, articles, stories, subscriptions, editions,
outlets, quarantine, runs, leases and facts hold plain functions that take the connection of `begin` or `read`.
"""

from __future__ import annotations

from storage.archive import Archive, open_archive
from storage.locks import Held

__all__ = ["Archive", "Held", "open_archive"]
