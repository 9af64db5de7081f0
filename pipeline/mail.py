"""The mail server of the settings, as values the digest package takes."""

from __future__ import annotations

from datetime import datetime

import logs
from digest.address import valid_address
from digest.notice import mail_test, notice
from digest.send import MailServer, send
from errors import DiemBaoError, SettingsError
from settings import Settings

LOG = logs.logger()
TIMEOUT = 30.0


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


def tell_operator(settings: Settings, subject: str, lines: list[str], now: datetime) -> None:
    """Mail the operator, where one is named; a mail that cannot go out never undoes what it tells of."""
    if not settings.operator.email:
        return
    try:
        to = address(settings.operator.email)
        _send(settings, to, notice(settings.mail.sender, to, subject, lines, now=now))
    except DiemBaoError as error:
        LOG.warning("the operator could not be told", subject=subject, error=str(error))


def _send(settings: Settings, to: str, message: bytes) -> None:
    send(message, sender=settings.mail.sender, recipient=to, server=server_of(settings), on_data=lambda: None)
