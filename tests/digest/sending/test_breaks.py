"""Mail servers on bad days: where a conversation breaks, and whether the mail was taken."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from digest.sending.send import MailServer, probe, send
from errors import DeliveryError, DeliveryUncertain
from tests.support.digest_day import SENDER
from tests.support.postoffice import MESSAGE, TARGET, Postbox, post, post_office, scripted, talk

pytestmark = pytest.mark.server


@pytest.mark.parametrize(("until", "final"), [("BODY", None), (".", None), (".", b"what?\r\n")])
def test_a_connection_that_breaks_after_the_mail_was_begun_is_uncertain(until: str, final: bytes | None) -> None:
    marks: list[str] = []
    with (
        scripted(lambda connection: talk(connection, until=until, final=final)) as server,
        pytest.raises(DeliveryUncertain, match="may have gone out") as broken,
    ):
        send(MESSAGE, sender=SENDER, recipient=TARGET, server=server, on_data=lambda: marks.append("data"))
    assert marks == ["data"]
    assert not broken.value.permanent


LARGE = MESSAGE + (b"y" * 70 + b"\r\n") * 110_000  # more than the buffers on its way hold


@pytest.mark.parametrize(
    ("final", "kind", "permanent"),
    [(None, "", False), (b"552 5.3.4 too big\r\n", "large", True), (b"421 4.3.2 closing\r\n", "server", False)],
)
def test_a_mail_whose_end_never_left_was_not_taken(final: bytes | None, kind: str, permanent: bool) -> None:
    with (
        scripted(lambda connection: talk(connection, until="BODY", final=final)) as server,
        pytest.raises(DeliveryError) as broken,
    ):
        send(LARGE, sender=SENDER, recipient=TARGET, server=server, on_data=lambda: None)
    assert not isinstance(broken.value, DeliveryUncertain)
    assert (broken.value.kind, broken.value.permanent) == (kind, permanent), broken.value


def test_a_yes_to_half_a_mail_is_uncertain() -> None:
    with (
        scripted(lambda connection: talk(connection, until="BODY", final=b"250 thanks\r\n")) as server,
        pytest.raises(DeliveryUncertain, match="is none"),
    ):
        send(LARGE, sender=SENDER, recipient=TARGET, server=server, on_data=lambda: None)


@pytest.mark.parametrize("until", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_connection_that_breaks_before_the_mail_is_an_outage(until: str) -> None:
    with (
        scripted(lambda connection: talk(connection, until=until)) as server,
        pytest.raises(DeliveryError, match="broke off") as broken,
    ):
        post(server)
    assert not isinstance(broken.value, DeliveryUncertain)
    assert not broken.value.permanent


def test_a_server_that_forgets_to_say_goodbye_took_the_mail() -> None:
    with scripted(lambda connection: talk(connection, until="QUIT", final=b"421 crash\r\n")) as server:
        assert post(server) == ["data"]
    with scripted(lambda connection: talk(connection, until="QUIT")) as server:
        assert post(server) == ["data"]


def test_a_hostile_answer_is_one_short_line() -> None:
    answer = b"550 \x1b[31mno\x00 " + b"x" * 400 + b"\r\n"
    with (
        scripted(lambda connection: talk(connection, until="RCPT", final=answer)) as server,
        pytest.raises(DeliveryError) as refused,
    ):
        post(server)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 350


def test_a_server_that_is_not_there_says_what_to_mend() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = MailServer("127.0.0.1", taken.getsockname()[1], timeout=2)
        with pytest.raises(DeliveryError, match=r"refuses the connection; check \[mail\] host and port"):
            probe(closed)
    with pytest.raises(DeliveryError, match=r"cannot be reached: .*check \[mail\] host"):
        probe(MailServer("mail.invalid", 25, timeout=2))
    with pytest.raises(DeliveryError, match="must be ASCII"):
        probe(MailServer("a" * 80 + ".vn", 25, timeout=2))


def test_a_silent_server_is_given_up_in_time() -> None:
    with (
        scripted(lambda connection: connection.recv(1) and None) as server,
        pytest.raises(DeliveryError, match=r"does not answer within 0\.3 s"),
    ):
        probe(replace(server, timeout=0.3))


def test_the_wrong_kind_of_security_is_named() -> None:
    with post_office(Postbox()) as server:
        with pytest.raises(DeliveryError, match=r"does not offer STARTTLS; check \[mail\] security"):
            probe(replace(server, security="starttls"))
        with pytest.raises(DeliveryError, match="does not offer a login"):
            probe(replace(server, user="x", password="y"))
        with pytest.raises(DeliveryError, match=r"no TLS with the mail server .*check \[mail\] port and security"):
            probe(replace(server, security="tls"))


def test_a_missing_file_of_authorities_is_named(tmp_path: Path) -> None:
    with post_office(Postbox()) as server, pytest.raises(DeliveryError, match="cannot be read"):
        probe(replace(server, security="tls", cafile=str(tmp_path / "none.pem")))
