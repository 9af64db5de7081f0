"""One mail to one recipient over SMTP, and what a failure means: refused for good, to be tried later, or uncertain."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Literal, cast

from digest.sending.address import split_sender, valid_address
from digest.sending.replies import Stage, judge
from errors import DeliveryError, DeliveryUncertain
from press.text import clean

__all__ = ["MailServer", "probe", "send", "valid_address"]


GOODBYE = 5.0  #: seconds a server has to answer QUIT
_LONE_DOT = re.compile(rb"(?m)^\.")


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


def send(message: bytes, *, sender: str, recipient: str, server: MailServer, on_data: Callable[[], None]) -> bool:
    """Hand the mail to the server; `on_data` is called when it has agreed to take it, before the first byte of it goes.

    A mail that is too large for the server goes as its plain text alone; returns whether it went whole.
    DeliveryError: not accepted (`permanent` tells a refusal of this mail or recipient from an outage).
    DeliveryUncertain: it broke off when the whole mail was on its way, it may have gone out. What `on_data` raises
    passes through.
    """
    origin, target = _envelope(sender, recipient)
    forms = list(dict.fromkeys((message, lighter(message))))
    marked = False

    def mark() -> None:
        nonlocal marked
        if not marked:
            on_data()
        marked = True

    with _session(server) as smtp:
        try:
            _post(smtp, server, forms[0], origin, target, mark)
        except DeliveryError as refused:
            if refused.kind != "large" or len(forms) == 1:
                raise
            try:
                with _named(server):
                    smtp.rset()
                _post(smtp, server, forms[1], origin, target, mark)
            except DeliveryError as error:
                if error.kind or not error.everybody:
                    raise
                raise refused from error  # a server that hangs up has said why before
            return False
    return True


def _post(
    smtp: smtplib.SMTP, server: MailServer, message: bytes, origin: str, target: str, mark: Callable[[], None]
) -> None:
    """One mail in one form, from MAIL FROM to the last answer."""
    says = _says(origin, target, len(message))
    with _named(server):
        _offer(smtp, message, origin, target, says)
    mark()
    with _named(server):
        _accepted("DATA", smtp.docmd("DATA"), says)
    _hand_over(smtp, server, message, says)


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
        if error.smtp_code < 500:
            raise _outage(f"the mail server {place} does not log us in now: {_reply(error)}") from error
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


def _reply(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    return f"{error.smtp_code} {_line(text.decode('utf-8', 'replace') if isinstance(text, bytes) else text)}"


def _outage(reason: str) -> DeliveryError:
    return DeliveryError(reason, everybody=True)


def _silent(server: MailServer) -> str:
    where = f"the mail server {_place(server)}"
    return f"{where} does not answer within {server.timeout:g} s; check [mail] host, port and firewall"


def _offer(smtp: smtplib.SMTP, message: bytes, origin: str, target: str, says: Mapping[str, str]) -> None:
    """MAIL FROM and RCPT TO; a mail larger than the server says it takes is not offered."""
    options = []
    if smtp.has_extn("size"):
        most = smtp.esmtp_features["size"].strip()
        if most.isdecimal() and 0 < int(most) < len(message):
            raise DeliveryError(f"{says['large']}: it takes {int(most)}", permanent=True, kind="large")
        options.append(f"SIZE={len(message)}")
    if not (origin + target).isascii() or not message.partition(b"\r\n\r\n")[0].isascii():
        if not smtp.has_extn("smtputf8"):
            reason = f"the mail server cannot carry letters beyond ASCII in an address (no SMTPUTF8): {target}"
            raise DeliveryError(reason, permanent=True)
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    _accepted("MAIL", smtp.mail(origin, options), says)
    _accepted("RCPT", smtp.rcpt(target), says)


def _says(origin: str, target: str, size: int) -> dict[str, str]:
    """What a refusal is about, for the operator."""
    return {
        "listed": "the mail server does not take mail from our network or domain (block list, reputation)",
        "identity": f"the mail server does not trust the sender {origin}; check SPF, DKIM, DMARC and reverse DNS",
        "limit": "the mail server takes no more of our mail for now (limit of messages)",
        "relay": "the mail server does not pass mail on for us; check [mail] user and password",
        "sender": f"the mail server does not accept the sender {origin}; check [mail] from, user and password",
        "policy": "the mail server refuses our mail by its policy; ask those who run it",
        "server": "the mail server cannot take mail",
        "busy": f"the mail server does not take mail for {target} now",
        "full": f"the mailbox of {target} is full",
        "gone": f"the mail server does not accept the recipient {target}",
        "large": f"the mail of {size} bytes is too large for the mail server",
        "content": "the mail server does not accept the mail",
    }


def _hand_over(smtp: smtplib.SMTP, server: MailServer, message: bytes, says: Mapping[str, str]) -> None:
    """The mail itself and the final answer: once its end has left, a broken connection leaves its fate open."""
    lines = _LONE_DOT.sub(b"..", message).removesuffix(b"\r\n") + b"\r\n.\r\n"
    connection = cast(socket.socket, smtp.sock)
    cut: OSError | None = None
    try:
        connection.sendall(lines)
    except OSError as error:  # its last bytes never left us, so nobody took it; the server may have said why
        cut = error
        connection.settimeout(min(server.timeout, GOODBYE))
    try:
        answer = smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        if cut is not None:
            place = _place(server)
            reason = f"the mail server {place} broke off in the middle of the mail ({_line(cut)}): it was not taken"
            raise _outage(reason) from cut
        reason = f"the connection broke while the mail was handed over ({_line(error)}): it may have gone out"
        raise DeliveryUncertain(reason) from error
    yes = 200 <= answer[0] < 300 and cut is None  # to half a mail it is none
    if not yes and not 400 <= answer[0] < 600:
        raise DeliveryUncertain(f"the mail server's last answer is none ({_line(answer[1])}): it may have gone out")
    _accepted("END", answer, says)


def _accepted(stage: Stage, answer: tuple[int, bytes], says: Mapping[str, str]) -> None:
    """Raise unless the answer says yes; whose fault it is tells whether the mail, the reader or everybody waits."""
    code, raw = answer
    if code // 100 == (3 if stage == "DATA" else 2):
        return
    text = raw.decode("utf-8", "replace")
    verdict = judge(stage, code, text)
    reason = f"{says[verdict.kind]}: {code} {_line(text)}".rstrip()
    raise DeliveryError(reason, permanent=verdict.final, everybody=verdict.fault == "us", kind=verdict.kind)


def lighter(message: bytes) -> bytes:
    """The mail as its plain text alone, under the same headers; the mail itself where it has nothing to leave out."""
    utf8 = not message.partition(b"\r\n\r\n")[0].isascii()
    mail = message_from_bytes(message, policy=policy.SMTP.clone(refold_source="none", utf8=utf8))
    plain = next((part for part in mail.walk() if part.get_content_type() == "text/plain"), mail)
    if plain is mail:
        return message
    for name in ("Content-Type", "Content-Transfer-Encoding"):
        del mail[name]
        mail[name] = plain[name]
    mail.set_payload(plain.get_payload())
    return mail.as_bytes()


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
