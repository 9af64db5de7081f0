"""One mail to one recipient over SMTP, and what a failure means: refused for good, to be tried later, or uncertain."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from digest.sending.address import split_sender, valid_address
from errors import DeliveryError, DeliveryUncertain
from press.text import clean

__all__ = ["MailServer", "probe", "send", "valid_address"]


GOODBYE = 5.0  #: seconds a server has to answer QUIT
_LONE_DOT = re.compile(rb"(?m)^\.")
# About the server, the login or the talk, not about this mail.
_NOT_FOR_GOOD = frozenset({421, 500, 502, 503, 521, 530, 534, 535, 538})
_RELAY = re.compile(r"(?i)\brelay(ing)?\b")  # "550 5.7.1 relaying denied": a server that does not know us


@dataclass(frozen=True, slots=True)
class MailServer:
    """How to reach the mail server; `timeout` in seconds, `cafile` a PEM file of further trusted authorities."""

    host: str
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "none"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    cafile: str = ""


def send(message: bytes, *, sender: str, recipient: str, server: MailServer, on_data: Callable[[], None]) -> None:
    """Hand the mail to the server; `on_data` is called when it has agreed to take it, before the first byte of it goes.

    DeliveryError: not accepted (`permanent` tells a refusal of this mail or recipient from an outage).
    DeliveryUncertain: it broke off after `on_data`, the mail may have gone out. What `on_data` raises passes through.
    """
    origin, target = _envelope(sender, recipient)
    with _session(server) as smtp:
        with _named(server):
            _offer(smtp, message, origin, target)
        on_data()
        with _named(server):
            _accepted(smtp.docmd("DATA"), "the mail server does not take the mail", final=True)
        _hand_over(smtp, message)


def probe(server: MailServer) -> None:
    """Connect, secure the connection, log in and leave; DeliveryError says what to mend."""
    with _session(server):
        pass


def _envelope(sender: str, recipient: str) -> tuple[str, str]:
    try:
        return split_sender(sender)[1], valid_address(recipient)
    except ValueError as error:
        raise DeliveryError(str(error), permanent=True) from error


@contextlib.contextmanager
def _session(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection ready for mail, left politely; what goes wrong with the goodbye changes nothing."""
    smtp = _connect(server)
    try:
        with _named(server):
            _greet(smtp, server)
        yield smtp
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            if smtp.sock is not None:
                smtp.sock.settimeout(min(server.timeout, GOODBYE))
                smtp.quit()
        smtp.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    with _named(server):
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=_trust(server))
        return smtplib.SMTP(server.host, server.port, timeout=server.timeout)


def _greet(smtp: smtplib.SMTP, server: MailServer) -> None:
    smtp.ehlo_or_helo_if_needed()
    if server.security == "starttls":
        smtp.starttls(context=_trust(server))
        smtp.ehlo()
    if server.user:
        smtp.login(server.user, server.password)


@contextlib.contextmanager
def _named(server: MailServer) -> Iterator[None]:
    """Turn what a connection can fail with into one line for the operator; the order is from special to general."""
    place = _place(server)
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise _outage(
            f"the certificate of the mail server {place} is not trusted ({_line(error.verify_message)}); "
            "check [mail] host, or have the server's certificate renewed"
        ) from error
    except ssl.SSLError as error:
        raise _outage(f"no TLS with the mail server {place}; check [mail] port and security") from error
    except TimeoutError as error:
        raise _outage(_silent(server)) from error
    except ConnectionRefusedError as error:
        raise _outage(
            f"the mail server {place} refuses the connection; check [mail] host and port, and that it is running"
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise _outage(
            f"the mail server {place} does not accept the password of {server.user!r} ({error.smtp_code}); "
            "check [mail] user and its password"
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        what = "STARTTLS; check [mail] security" if server.security == "starttls" else "a login; check [mail] user"
        raise _outage(f"the mail server {place} does not offer {what}") from error
    except smtplib.SMTPException as error:
        silent = isinstance(error.__context__, TimeoutError)  # smtplib hides it in a lost connection
        reason = _silent(server) if silent else f"the mail server {place} broke off: {_line(error)}"
        raise _outage(reason) from error
    except UnicodeError as error:
        reason = f"the mail server {place}: host, user and password must be ASCII; check [mail]"
        raise _outage(reason) from error
    except OSError as error:
        raise _outage(f"the mail server {place} cannot be reached: {_line(error)}; check [mail] host") from error


def _outage(reason: str) -> DeliveryError:
    return DeliveryError(reason, everybody=True)


def _silent(server: MailServer) -> str:
    where = f"the mail server {_place(server)}"
    return f"{where} does not answer within {server.timeout:g} s; check [mail] host, port and firewall"


def _offer(smtp: smtplib.SMTP, message: bytes, origin: str, target: str) -> None:
    """MAIL FROM and RCPT TO. A refused sender is a matter of settings, only a refused recipient is for good."""
    options = []
    if smtp.has_extn("size"):
        options.append(f"SIZE={len(message)}")
    if not (origin + target).isascii() or not message.partition(b"\r\n\r\n")[0].isascii():
        if not smtp.has_extn("smtputf8"):
            reason = f"the mail server cannot carry letters beyond ASCII in an address (no SMTPUTF8): {target}"
            raise DeliveryError(reason, permanent=True)
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    sender_problem = f"the mail server does not accept the sender {origin}; check [mail] from, user and password"
    _accepted(smtp.mail(origin, options), sender_problem, final=False, everybody=True)
    _accepted(smtp.rcpt(target), f"the mail server does not accept the recipient {target}", final=True)


def _hand_over(smtp: smtplib.SMTP, message: bytes) -> None:
    """The mail itself and the final answer: a broken connection in here leaves the fate of the mail open."""
    lines = _LONE_DOT.sub(b"..", message).removesuffix(b"\r\n") + b"\r\n.\r\n"
    try:
        smtp.send(lines)
        answer = smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        reason = f"the connection broke while the mail was handed over ({_line(error)}): it may have gone out"
        raise DeliveryUncertain(reason) from error
    if answer[0] < 0:
        raise DeliveryUncertain(f"the mail server's last answer is none ({_line(answer[1])}): it may have gone out")
    _accepted(answer, "the mail server does not accept the mail", final=True)


def _accepted(answer: tuple[int, bytes], problem: str, *, final: bool, everybody: bool = False) -> None:
    """Raise unless the answer says yes; `final`: a 5xx is for good, unless it is about the server and not this mail."""
    code, text = answer
    if 200 <= code < 300 or code == 354:
        return
    reason = f"{problem}: {code} {_line(text.decode('utf-8', 'replace'))}".rstrip()
    ours = code in _NOT_FOR_GOOD or bool(_RELAY.search(reason))  # our login or our network is what it does not like
    raise DeliveryError(reason, permanent=final and 500 <= code < 600 and not ours, everybody=everybody or ours)


def _trust(server: MailServer) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context()
        if server.cafile:
            context.load_verify_locations(cafile=server.cafile)
    except (OSError, ssl.SSLError) as error:
        raise DeliveryError(f"the certificates of {server.cafile!r} cannot be read: {_line(error)}") from error
    return context


def _place(server: MailServer) -> str:
    return f"{server.host}:{server.port}"


def _line(what: object) -> str:
    """One printable line of at most 200 characters: what a server says is hostile, too."""
    return clean(" ".join(str(what).split()))[:200]
