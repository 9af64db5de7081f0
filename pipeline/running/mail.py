"""The mail server of the settings, and the mails that wait in the archive, those to the operator among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, Table

import logs
from digest.sending.address import valid_address
from digest.sending.send import MailServer, send
from digest.writing.notice import mail_test, notice
from errors import DeliveryError, DeliveryUncertain, DiemBaoError, SettingsError, StorageError
from pipeline.running.counts import never_stop
from settings import Settings
from storage import Archive
from storage.delivery import notices, outbox
from storage.tables.delivery import notices as table_of_notices

LOG = logs.logger()
TIMEOUT = 30.0
RETRY = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))  # of mails that wait in the archive


def server_of(settings: Settings) -> MailServer:
    """Return the mail server; SettingsError where its password is missing in the environment."""
    mail = settings.mail
    return MailServer(mail.host, mail.port, mail.security, mail.user, mail.password, timeout=TIMEOUT)


def address(text: str) -> str:
    """Return a usable e-mail address; SettingsError with the reason otherwise."""
    try:
        return valid_address(text)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def send_test(settings: Settings, email: str, now: datetime) -> None:
    """Send one test mail; DeliveryError says what the server objected to."""
    to = address(email)
    _send(settings, to, mail_test(settings.mail.sender, to, now=now, public_url=settings.web.public_url))


class _TakenError(Exception):
    """Another process sends this mail."""


def deliver(
    archive: Archive, settings: Settings, table: Table, mail: int, attempts: int, to: str, message: bytes, now: datetime
) -> Literal["done", "later", "never"]:
    """Send a mail that waits in a table of the archive, once; returns the outcome. Where it cannot go out it waits."""

    def started() -> None:
        with archive.begin() as db:
            if not outbox.sending(db, table, mail, now):
                raise _TakenError

    try:
        send(message, sender=settings.mail.sender, recipient=to, server=server_of(settings), on_data=started)
    except _TakenError:
        return "later"
    except DiemBaoError as error:
        certain = not isinstance(error, DeliveryUncertain)
        final = not certain or (isinstance(error, DeliveryError) and error.permanent)
        return put_off(archive, table, mail, attempts, error, now, certain=certain, final=final)
    with archive.begin() as db:
        outbox.sent(db, table, mail, now)
    return "done"


def put_off(
    archive: Archive,
    table: Table,
    mail: int,
    attempts: int,
    error: DiemBaoError,
    now: datetime,
    *,
    certain: bool = True,
    final: bool = False,
) -> Literal["later", "never"]:
    """Note that a waiting mail could not go out, and when it is tried again."""
    LOG.warning("a mail could not be sent", table=table.name, mail=mail, error=str(error))
    next_try = None if final else now + RETRY[min(attempts, len(RETRY) - 1)]
    with archive.begin() as db:
        outbox.failed(db, table, mail, str(error), next_try, certain=certain)
    return "never" if final else "later"


def tell(db: Connection, settings: Settings, subject: str, lines: Sequence[str], now: datetime) -> None:
    """Keep a mail to the operator, where one is named, in the transaction of what it tells; `send_notices` sends it."""
    if settings.operator.email:
        notices.add_notice(db, subject, lines, now)


def send_notices(
    archive: Archive, settings: Settings, now: datetime, *, should_stop: Callable[[], bool] = never_stop
) -> list[Literal["done", "later", "never"]]:
    """Send the operator the mails that wait for him, oldest first, until one cannot go out; returns the outcomes."""
    outcomes: list[Literal["done", "later", "never"]] = []
    if not settings.operator.email:
        return outcomes
    with archive.read() as db:
        waiting = notices.waiting(db, now)
    for mail in waiting:
        if should_stop() or "later" in outcomes:
            break
        outcomes.append(_send_notice(archive, settings, mail, now))
    return outcomes


def _send_notice(
    archive: Archive, settings: Settings, mail: notices.Notice, now: datetime
) -> Literal["done", "later", "never"]:
    try:
        to = address(settings.operator.email)
    except DiemBaoError as error:
        return put_off(archive, table_of_notices, mail.id, mail.attempts, error, now)
    message = notice(settings.mail.sender, to, mail.subject, mail.lines, now=mail.created_at)
    return deliver(archive, settings, table_of_notices, mail.id, mail.attempts, to, message, now)


def tell_now(
    archive: Archive,
    settings: Settings,
    subject: str,
    lines: Sequence[str],
    now: datetime,
    mark: Callable[[Connection], None] = lambda db: None,
) -> None:
    """Keep a mail to the operator with the mark of what it tells, and send it.

    Where the archive cannot keep them the mail goes out once, and is not tried again.
    """
    try:
        with archive.begin() as db:
            mark(db)
            tell(db, settings, subject, lines, now)
    except StorageError as error:
        LOG.error("a mail to the operator could not be kept", subject=subject, error=str(error))
        _tell_unkept(settings, subject, lines, now)
        return
    try:
        send_notices(archive, settings, now)
    except StorageError as error:
        LOG.error("a mail to the operator waits", subject=subject, error=str(error))


def _tell_unkept(settings: Settings, subject: str, lines: Sequence[str], now: datetime) -> None:
    if not settings.operator.email:
        return
    try:
        to = address(settings.operator.email)
        _send(settings, to, notice(settings.mail.sender, to, subject, list(lines), now=now))
    except DiemBaoError as error:
        LOG.warning("the operator could not be told", subject=subject, error=str(error))


def _send(settings: Settings, to: str, message: bytes) -> None:
    send(message, sender=settings.mail.sender, recipient=to, server=server_of(settings), on_data=lambda: None)
