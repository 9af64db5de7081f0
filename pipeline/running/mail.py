"""The mail server of the settings, as values the digest package takes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Table

import logs
from digest.sending.address import valid_address
from digest.sending.send import MailServer, send
from digest.writing.notice import mail_test, notice
from errors import DeliveryError, DeliveryUncertain, DiemBaoError, SettingsError
from settings import Settings
from storage import Archive
from storage.delivery import outbox

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


def tell_operator(settings: Settings, subject: str, lines: list[str], now: datetime) -> bool:
    """Mail the operator, where one is named; a mail that cannot go out never undoes what it tells of.

    Returns whether it went out.
    """
    if not settings.operator.email:
        return False
    try:
        to = address(settings.operator.email)
        _send(settings, to, notice(settings.mail.sender, to, subject, lines, now=now))
    except DiemBaoError as error:
        LOG.warning("the operator could not be told", subject=subject, error=str(error))
        return False
    return True


def _send(settings: Settings, to: str, message: bytes) -> None:
    send(message, sender=settings.mail.sender, recipient=to, server=server_of(settings), on_data=lambda: None)
