"""Real SMTP conversations on loopback: what goes through, and what each refusal means."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import trustme

from digest.sending.send import MailServer, lighter, probe, send
from errors import DeliveryError, DeliveryUncertain
from tests.support.digest_day import READER, SENDER
from tests.support.postoffice import (
    MESSAGE,
    TARGET,
    Postbox,
    check_password,
    edition,
    post,
    post_office,
    scripted,
    talk,
)

pytestmark = pytest.mark.server


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, str]:
    ca = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return ca, str(path)


def server_context(ca: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context


# What goes through


def test_the_mail_arrives_byte_for_byte_and_is_marked_before() -> None:
    box = Postbox()

    def mark() -> None:
        marks.append(len(box.letters))

    marks: list[int] = []
    with post_office(box) as server:
        send(MESSAGE, sender=SENDER, recipient=TARGET, server=server, on_data=mark)
    (letter,) = box.letters
    assert letter.content == MESSAGE
    assert (letter.mail_from, letter.rcpt_tos) == ("diembao@example.vn", [TARGET])
    assert marks == [0], "the mark was made once, before the server had the mail"
    assert not any("SMTPUTF8" in option for option in letter.mail_options)


def test_lines_that_begin_with_a_dot_arrive_whole() -> None:
    box = Postbox()
    odd = b"Subject: x\r\n\r\n.\r\n..two\r\n.end\r\n"
    with post_office(box) as server:
        post(server, odd)
    assert box.letters[0].content == odd


def test_starttls_with_a_trusted_certificate(authority: tuple[trustme.CA, str]) -> None:
    ca, cafile = authority
    box = Postbox()
    with post_office(box, tls_context=server_context(ca), require_starttls=True) as server:
        post(replace(server, security="starttls", cafile=cafile))
        with pytest.raises(DeliveryError, match="530"):
            post(server)
    assert len(box.letters) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # aiosmtpd sees STARTTLS only
def test_tls_from_the_first_byte_with_a_login(authority: tuple[trustme.CA, str]) -> None:
    ca, cafile = authority
    box = Postbox()
    options = {"authenticator": check_password, "auth_required": True, "auth_require_tls": False}
    with post_office(box, wrapped=server_context(ca), **options) as server:
        secured = replace(server, security="tls", cafile=cafile, user="diembao", password="bi-mat")
        post(secured)
        probe(secured)
        with pytest.raises(DeliveryError, match=r"does not accept the password of 'diembao' \(535\)") as wrong:
            probe(replace(secured, password="sai"))
        assert not wrong.value.permanent
        with pytest.raises(DeliveryError, match=r"sender.*check \[mail\] from, user") as nobody:
            post(replace(secured, user=""))
        assert not nobody.value.permanent
    assert len(box.letters) == 1
    assert "bi-mat" not in repr(secured)


def test_a_certificate_that_is_not_trusted_or_of_another_host(authority: tuple[trustme.CA, str]) -> None:
    ca, cafile = authority
    with post_office(Postbox(), tls_context=server_context(ca)) as server, pytest.raises(DeliveryError) as stranger:
        probe(replace(server, security="starttls"))
    assert "is not trusted" in str(stranger.value)
    other = server_context(ca, "mail.example.vn")
    with post_office(Postbox(), tls_context=other) as server, pytest.raises(DeliveryError) as elsewhere:
        probe(replace(server, security="starttls", cafile=cafile))
    assert "is not trusted" in str(elsewhere.value)


def own_context(starts: datetime, ends: datetime, ca: trustme.CA | None) -> ssl.SSLContext:
    """A server's certificate of these days, by an authority or by itself."""
    if ca is None:  # its own authority: nobody vouches for it
        ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost", not_before=starts, not_after=ends).configure_cert(context)
    return context


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("flaw", ["expired", "not yet valid", "self-signed"])
def test_a_certificate_that_is_out_of_date_or_vouched_for_by_nobody(
    flaw: str, security: Any, authority: tuple[trustme.CA, str]
) -> None:
    ca, cafile = authority
    now, year = datetime.now(UTC), timedelta(days=365)
    days = {"expired": (now - 2 * year, now - year), "not yet valid": (now + year, now + 2 * year)}
    context = own_context(*days.get(flaw, (now - year, now + year)), None if flaw == "self-signed" else ca)
    box = Postbox()
    offered = {"wrapped": context} if security == "tls" else {"tls_context": context}
    with post_office(box, **offered) as server, pytest.raises(DeliveryError, match="is not trusted") as refused:
        post(replace(server, security=security, cafile=cafile))
    assert refused.value.everybody
    assert not refused.value.permanent
    assert box.letters == []


def test_starttls_that_is_offered_and_then_refused_sends_nothing_in_the_clear() -> None:
    heard: list[bytes] = []

    def strip(connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        connection.sendall(b"220 hello\r\n")
        while line := stream.readline():
            heard.append(line)
            word = line.upper().split()[0]
            connection.sendall(b"250-me\r\n250 STARTTLS\r\n" if word == b"EHLO" else b"554 5.7.3 no TLS today\r\n")

    with scripted(strip) as server, pytest.raises(DeliveryError) as refused:
        post(replace(server, security="starttls", user="diembao", password="bi-mat"))
    assert (refused.value.permanent, refused.value.everybody) == (False, True)
    assert not [line for line in heard if line.startswith((b"MAIL", b"AUTH"))]


@pytest.mark.parametrize("until", ["", "EHLO", "MAIL"])
def test_a_refusal_of_everybody_is_never_for_good(until: str) -> None:
    def refuse(connection: socket.socket) -> None:
        if not until:
            connection.sendall(b"554 5.3.2 no service for you\r\n")
            return
        connection.sendall(b"220 hello\r\n")
        for line in connection.makefile("rb"):
            said = line.upper().startswith((until.encode(), b"HELO" if until == "EHLO" else b"-"))
            connection.sendall(b"550 5.7.1 no\r\n" if said else b"250 ok\r\n")

    with scripted(refuse) as server, pytest.raises(DeliveryError) as refused:
        post(server)
    assert (refused.value.permanent, refused.value.everybody) == (False, True)


def test_letters_beyond_ascii_in_an_address_need_and_use_smtputf8() -> None:
    recipient = "cánbộ@example.vn"
    message = edition(replace(READER, email=recipient))
    box = Postbox()
    with post_office(box, enable_SMTPUTF8=True) as server:
        post(server, message, recipient)
    assert box.letters[0].rcpt_tos == [recipient]
    assert "SMTPUTF8" in box.letters[0].mail_options
    assert f"To: {recipient}\r\n".encode() in box.letters[0].content
    with (
        post_office(Postbox(), enable_SMTPUTF8=False) as server,
        pytest.raises(DeliveryError, match="SMTPUTF8") as refused,
    ):
        post(server, message, recipient)
    assert refused.value.permanent


# What is refused


@pytest.mark.parametrize(
    ("command", "answer", "permanent"),
    [
        ("RCPT", "450 mailbox busy", False),
        ("RCPT", "550 no such user", True),
        ("RCPT", "530 log in first", False),
        ("RCPT", "554 5.7.1 <x>: Relay access denied", False),
        ("RCPT", "503 5.5.1 bad sequence", False),
        ("RCPT", "521 we take no mail", False),
        ("RCPT", "552 5.2.2 mailbox full", True),
        ("MAIL", "553 sender not allowed", False),
        ("MAIL", "451 try later", False),
        ("DATA", "452 disk full", False),
        ("DATA", "554 looks like spam", True),
    ],
)
def test_a_refusal_is_for_good_or_for_later(command: str, answer: str, permanent: bool) -> None:
    box = Postbox({command: answer})
    with post_office(box) as server, pytest.raises(DeliveryError) as refused:
        post(server)
    assert refused.value.permanent is permanent
    assert not isinstance(refused.value, DeliveryUncertain)
    assert answer in str(refused.value)
    assert box.letters == []


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT", "550 5.7.1 Client host [192.0.2.9] blocked"),
        ("RCPT", "550 5.7.23 SPF validation failed"),
        ("DATA", "550 5.7.26 unauthenticated (DMARC)"),
        ("DATA", "550 5.4.5 Daily user sending limit exceeded"),
        ("RCPT", "450 4.7.1 too much mail from 192.0.2.9"),
        ("MAIL", "550 5.1.0 rejected"),
    ],
)
def test_what_is_about_us_is_about_everybody(command: str, answer: str) -> None:
    with post_office(Postbox({command: answer})) as server, pytest.raises(DeliveryError) as refused:
        post(server)
    assert (refused.value.permanent, refused.value.everybody) == (False, True)
    assert answer in str(refused.value)
    assert "recipient" not in str(refused.value)


def test_a_mail_too_large_goes_as_its_plain_text_under_the_same_headers() -> None:
    box = Postbox()
    with post_office(box, data_size_limit=len(lighter(MESSAGE)) + 10) as server:
        marks: list[str] = []
        assert not send(MESSAGE, sender=SENDER, recipient=TARGET, server=server, on_data=lambda: marks.append("data"))
    (letter,) = box.letters
    whole, light = (message_from_bytes(data, policy=default) for data in (MESSAGE, letter.content))
    plain = whole.get_body(("plain",))
    assert plain is not None
    assert light.get_content() == plain.get_content()
    kept = [(name, value) for name, value in whole.items() if name != "Content-Type"]
    assert [(name, light[name]) for name, _ in kept] == kept
    assert marks == ["data"]
    assert lighter(letter.content) == letter.content


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_mail_too_large_in_every_form_is_said_to_be_so(command: str) -> None:
    box = Postbox({command: "552 5.3.4 Message size exceeds fixed limit"})
    marks: list[str] = []
    with post_office(box) as server, pytest.raises(DeliveryError, match=r"\d+ bytes is too large") as refused:
        send(MESSAGE, sender=SENDER, recipient=TARGET, server=server, on_data=lambda: marks.append("data"))
    assert (refused.value.permanent, refused.value.everybody, refused.value.kind) == (True, False, "large")
    assert "from" not in str(refused.value)
    assert marks == (["data"] if command == "DATA" else [])


def test_a_server_that_hangs_up_on_a_mail_too_large_has_said_why() -> None:
    with (
        scripted(lambda connection: talk(connection, until="MAIL", final=b"552 5.3.4 too big\r\n")) as server,
        pytest.raises(DeliveryError, match="is too large for the mail server: 552") as refused,
    ):
        post(server)
    assert (refused.value.permanent, refused.value.everybody) == (True, False)


@pytest.mark.parametrize("answer", ["250 OK", "250 5.7.1 blocked", "299 4.7.0 later", "220 552 5.3.4 too large"])
def test_nothing_is_sent_again_once_the_server_took_it(answer: str) -> None:
    box = Postbox({"DATA": answer})
    with post_office(box) as server:
        assert post(server) == ["data"]
    assert len(box.letters) == 1


@pytest.mark.parametrize("final", [b"354 go on\r\n", b"150 hm\r\n", b"777 5.1.1 no\r\n"])
def test_an_answer_to_the_mail_that_is_neither_yes_nor_no_is_uncertain(final: bytes) -> None:
    with (
        scripted(lambda connection: talk(connection, until=".", final=final)) as server,
        pytest.raises(DeliveryUncertain),
    ):
        post(server)


def test_the_mark_is_not_made_when_the_recipient_is_refused() -> None:
    marks: list[str] = []
    with post_office(Postbox({"RCPT": "550 no"})) as server, pytest.raises(DeliveryError):
        send(MESSAGE, sender=SENDER, recipient=TARGET, server=server, on_data=lambda: marks.append("data"))
    assert marks == []


def test_when_the_mark_cannot_be_made_nothing_is_sent() -> None:
    def fail() -> None:
        raise OSError("disk full")

    box = Postbox()
    with post_office(box) as server, pytest.raises(OSError, match="disk full"):
        send(MESSAGE, sender=SENDER, recipient=TARGET, server=server, on_data=fail)
    assert box.letters == []


@pytest.mark.parametrize("bad", ["a@b.vn\r\nRCPT TO:<c@d.vn>", "a@b.vn> SIZE=1", "<a@b.vn>", "", "a b@c.vn"])
def test_an_odd_envelope_never_reaches_the_wire(bad: str) -> None:
    nowhere = MailServer("127.0.0.1", 1)
    with pytest.raises(DeliveryError, match="not a mail address") as refused:
        post(nowhere, recipient=bad)
    assert refused.value.permanent
