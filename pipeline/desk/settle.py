"""What a person decides about what the service gave up: quarantined things, and editions nobody knows the fate of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from errors import Conflict, DeliveryError
from pipeline.publish import LOCK_WAIT, deliver
from pipeline.running.counts import Counts
from pipeline.running.mail import send_notices
from press import Edition
from settings import Settings
from storage import Archive, collecting, delivery
from storage.collecting.quarantine import GivenUp


def decide(
    archive: Archive,
    act: str,
    who: str,
    now: datetime,
    *,
    items: Sequence[str] = (),
    outlet: str | None = None,
    reason: str | None = None,
) -> list[GivenUp]:
    """`retry` or `drop` the quarantined things that are named by id or address, or else all of an outlet or reason.

    Of several criteria all must hold; without any it is everything. Answers with what was decided. DiemBaoError, and
    nothing is done, where a name is not there; one that was dropped can be retried by its name.
    """
    with archive.begin() as db:
        there = collecting.quarantine.quarantine(db)
        named = there + (collecting.quarantine.quarantine(db, dropped=True) if act == "retry" and items else [])
        chosen = [row for item in items for row in _named(named, item)] if items else there
        if outlet is not None:
            chosen = [row for row in chosen if row.outlet == outlet]
        if reason is not None:
            chosen = [row for row in chosen if reason.casefold() in row.reason.casefold()]
        chosen = list({row.id: row for row in chosen}.values())
        change = collecting.quarantine.retry if act == "retry" else collecting.quarantine.drop
        change(db, chosen, who, now)
    return chosen


def _named(rows: Sequence[GivenUp], item: str) -> list[GivenUp]:
    found = [row for row in rows if item in (row.id, row.url)]
    if not found:
        raise Conflict(f"{item!r} is not in the quarantine; `diembao quarantine` lists ids and addresses")
    return found


def resend(archive: Archive, settings: Settings, edition: int, who: str, now: datetime) -> Edition:
    """Send an `unknown` or refused edition once more, now: the same mail with the same Message-ID.

    Raises Conflict where the ledger forbids it, DeliveryError where it cannot go out now: publish tries again.
    """
    with archive.lock("publish", LOCK_WAIT):
        with archive.begin() as db:
            again = delivery.editions.send_again(db, edition, who, now)
            reader = delivery.subscriptions.get_subscription(db, again.subscription)
            if reader is None or reader.ended_at is not None:
                raise Conflict(f"edition {edition}: its reader has no subscription any more; close it")
        why = deliver(archive, settings, again, reader.email, now, Counts("resend"))
        with archive.read() as db:
            ended = delivery.editions.get_edition(db, edition)
    send_notices(archive, settings, now)
    if why or ended is None or ended.state != "sent":
        reason = why or (ended.error if ended else "it is gone")
        raise DeliveryError(f"edition {edition} is {ended.state if ended else 'gone'}: {reason}")
    return ended


def close(archive: Archive, edition: int, who: str, now: datetime, *, arrived: bool) -> Edition:
    """Settle an edition by a person's word: it arrived, or it was lost and the next one tells its news again."""
    with archive.lock("publish", LOCK_WAIT), archive.begin() as db:
        return delivery.editions.close(db, edition, who, now, arrived=arrived)
