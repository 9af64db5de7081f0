"""Pages of lists: `limit`, and an opaque cursor that says behind what the next page begins."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Path, Query
from pydantic import AwareDatetime

from errors import UsageError

Row = TypeVar("Row")
MOST: Final = 200
TOO_HIGH: Final = 2**63  #: for an id
Id = Annotated[int, Path(ge=1, lt=TOO_HIGH)]
Limit = Annotated[int, Query(ge=1, le=MOST, description="rows of a page")]
After = Annotated[str, Query(description="`next` of the page before")]
Instant = Annotated[AwareDatetime | None, Query(description="ISO 8601 with an offset")]


@dataclass(frozen=True, slots=True)
class Dates:
    """Which page of a list by date is asked for."""

    since: Instant = None
    until: Instant = None
    limit: Limit = 50
    after: After = ""

    @property
    def behind(self) -> tuple[datetime, int] | None:
        """Return the instant and id of the last row of the page before; UsageError for a cursor that is none."""
        return dated(self.after)

    def told(self, count: int) -> dict[str, Any]:
        """Return what the audit log says of a list."""
        return {"since": self.since, "until": self.until, "after": self.after, "count": count}


Window = Annotated[Dates, Depends()]


def paged(
    rows: Sequence[Row], limit: int, key: Callable[[Row], tuple[datetime | None, int]], shown: Callable[[Row], Any]
) -> dict[str, Any]:
    """Return a page of rows, of which one more than `limit` was asked for; `key` makes its cursor."""
    following = cursor(*key(rows[limit - 1])) if len(rows) > limit else None
    return {"items": [shown(row) for row in rows[:limit]], "next": following}


def by_id(rows: Sequence[Any], limit: int) -> dict[str, Any]:
    """Return a page of rows that are in the order of their ids."""
    return paged(rows, limit, lambda row: (None, row.id), asdict)


def cursor(at: datetime | None, last: int) -> str:
    """Return the cursor of a page that ended with this instant and id."""
    text = json.dumps([at.isoformat() if at else None, last], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def dated(after: str) -> tuple[datetime, int] | None:
    """Return the instant and id of a cursor, None for the first page; UsageError for what is none."""
    at, last = _read(after)
    if after and at is None:
        raise _wrong(after)
    return None if at is None else (at, last)


def numbered(after: str) -> int | None:
    """Return the id of a cursor without an instant, None for the first page; UsageError for what is none."""
    return _read(after)[1] if after else None


def _read(after: str) -> tuple[datetime | None, int]:
    if not after:
        return None, 0
    try:
        at, last = json.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
        instant = None if at is None else datetime.fromisoformat(at)
        if type(last) is not int or not 0 <= last < TOO_HIGH or (instant is not None and instant.tzinfo is None):
            raise _wrong(after)
        return instant, last
    except (ValueError, TypeError) as error:
        raise _wrong(after) from error


def _wrong(after: str) -> UsageError:
    return UsageError(f"after={after[:100]!r} is no page: send `next` of the page before, or nothing")
