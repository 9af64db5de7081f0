"""Publishing on odd days: what one reader, one clock or one mail server does to all the others."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from errors import DeliveryError
from pipeline.desk import settle
from pipeline.desk.readers import Wishes, subscribe
from pipeline.publish import publish
from pipeline.running import clock, unsubscribe
from pipeline.watching.condition import look
from pipeline.watching.reasons import reasons
from settings import Mail, Operator, Settings, Storage
from storage import open_archive
from storage.delivery.editions import editions
from storage.upkeep.runs import last_runs, record_run
from tests.support.wholeway import MailServer, agree

pytestmark = pytest.mark.server

DUE = datetime(2026, 8, 4, 23, 45, tzinfo=UTC)  # 06:45 in Vietnam


def test_a_clock_that_was_set_back_stops_one_reader_and_not_the_others(tmp_path: Path) -> None:
    settings = Settings(storage=Storage(f"sqlite:///{tmp_path}/a.db"), mail=Mail(port=1))  # nobody answers there
    with open_archive(settings.storage.url) as archive:
        subscribe(archive, settings, "early@example.vn", Wishes(), DUE - timedelta(days=1))
        with pytest.raises(DeliveryError, match="nothing is lost"):
            publish(archive, settings, DUE + timedelta(days=5))  # composed under a clock five days ahead
        subscribe(archive, settings, "late@example.vn", Wishes(), DUE - timedelta(hours=1))
        with pytest.raises(DeliveryError, match="nothing is lost"):
            publish(archive, settings, DUE)
        with archive.read() as db:
            periods = {edition.subscription: edition.period_end for edition in editions(db)}
    assert periods == {1: DUE + timedelta(days=5), 2: DUE}


@pytest.mark.parametrize("reached", [True, False])
def test_a_clock_that_was_years_ahead_does_not_silence_a_reader(reached: bool, tmp_path: Path) -> None:
    with MailServer() as mail, open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        server = Mail(host="127.0.0.1", port=mail.port if reached else 1)
        settings = Settings(storage=Storage(f"sqlite:///{tmp_path}/a.db"), mail=server)
        subscribe(archive, settings, "an@example.vn", Wishes(), DUE - timedelta(hours=1))
        with nullcontext() if reached else pytest.raises(DeliveryError, match="nothing is lost"):
            publish(archive, settings, DUE + timedelta(days=900))
        settings = replace(settings, mail=Mail(host="127.0.0.1", port=mail.port))
        publish(archive, settings, DUE)
        publish(archive, settings, DUE + timedelta(minutes=5))
        publish(archive, settings, DUE + timedelta(days=1))
        with archive.read() as db:
            sent = [edition.period_end for edition in editions(db, state="sent")]
    assert sent[-2:] == [DUE, DUE + timedelta(days=1)]
    assert len(sent) == len(mail.messages) == (3 if reached else 2)


def test_a_clock_that_is_ahead_of_the_press_sends_nothing_and_is_said_once(tmp_path: Path) -> None:
    def collected(now: datetime, ahead: int, hosts: int = 4) -> None:
        with archive.begin() as db:
            record_run(db, "collect", now, now, now, {"due": 1, "clock": {"ahead": ahead, "hosts": hosts}})

    with MailServer() as mail, open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        settings = Settings(
            storage=Storage(f"sqlite:///{tmp_path}/a.db"),
            mail=Mail(host="127.0.0.1", port=mail.port),
            operator=Operator("operator@example.vn"),
        )
        subscribe(archive, settings, "an@example.vn", Wishes(), DUE - timedelta(hours=1))
        future = DUE + timedelta(days=3)
        collected(future, 3 * 86400)
        for minutes in (1, 2):
            assert "3 days ahead" in str(publish(archive, settings, future + timedelta(minutes=minutes)).extra["held"])
        with archive.read() as db:
            assert editions(db) == []
            assert "3 days ahead" in clock.wrong(last_runs(db, "collect", 1)[0], future)
        publish(archive, settings, DUE)  # the clock is right again, the press was not asked since
        assert [one.recipients for one in mail.messages] == [("operator@example.vn",), ("an@example.vn",)]
        assert "đi trước giờ của 4 máy chủ báo 3 ngày" in mail.messages[0].message.get_content()
        collected(DUE + timedelta(days=1), 60)
        publish(archive, settings, DUE + timedelta(days=1))
        assert len(mail.messages) == 3


def test_an_edition_of_a_clock_that_was_ahead_is_named_and_settled_by_one_command(tmp_path: Path) -> None:
    """The press was away as well, so that nobody could say what time it is."""
    with MailServer() as mail, open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        settings = Settings(storage=Storage(f"sqlite:///{tmp_path}/a.db"), mail=Mail(host="127.0.0.1", port=mail.port))
        subscribe(archive, settings, "an@example.vn", Wishes(), DUE - timedelta(hours=1))
        publish(archive, settings, DUE + timedelta(days=3))
        publish(archive, settings, DUE)
        assert len(mail.messages) == 1, "its reader would hear nothing for three days"

        def asked() -> list[str]:
            found = look(archive, settings, DUE, lambda now: [])
            return [reason.act for reason in reasons(found) if reason.about == "clock"]

        assert asked() == ["`diembao edition close 1 --lost`"]
        settle.close(archive, 1, "Lan", DUE, arrived=False)
        assert asked() == []
        publish(archive, settings, DUE + timedelta(minutes=1))
        assert len(mail.messages) == 2
        with archive.read() as db:
            assert [one.period_end for one in editions(db, state="sent")] == [DUE]


def test_a_server_that_lets_everybody_down_is_not_asked_for_each(tmp_path: Path) -> None:
    asked: list[str] = []

    def closed(stage: str, said: str) -> str | None:
        asked.append(stage)
        return "554 no service here" if stage == "connect" else agree(stage, said)

    readers = [f"reader{n}@example.vn" for n in range(6)]
    with MailServer(closed) as mail, open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        place = Storage(f"sqlite:///{tmp_path}/a.db")
        settings = Settings(storage=place, mail=Mail(host="127.0.0.1", port=mail.port))
        for reader in readers:
            subscribe(archive, settings, reader, Wishes(), DUE - timedelta(hours=1))
        with pytest.raises(DeliveryError, match="nothing is lost"):
            publish(archive, settings, DUE)
        assert asked.count("connect") == 3
        with archive.read() as db:
            assert {edition.state for edition in editions(db)} == {"failed", "composed"}
        mail.answer = agree
        publish(archive, settings, DUE + timedelta(minutes=1))
        assert sorted(mail.recipients[0] for mail in mail.messages) == readers


def test_recipients_that_are_not_taken_stop_nobody(tmp_path: Path) -> None:
    def picky(stage: str, said: str) -> str | None:
        return "450 mailbox busy" if stage == "rcpt" and "busy" in said else agree(stage, said)

    with MailServer(picky) as mail, open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        place = Storage(f"sqlite:///{tmp_path}/a.db")
        settings = Settings(storage=place, mail=Mail(host="127.0.0.1", port=mail.port))
        for name in ("busy1", "busy2", "busy3", "busy4", "last"):
            subscribe(archive, settings, f"{name}@example.vn", Wishes(), DUE - timedelta(hours=1))
        assert publish(archive, settings, DUE).extra["sent"] == 1
        assert mail.messages[0].recipients == ("last@example.vn",)


@pytest.mark.parametrize(
    ("stage", "reply", "asked"),
    [
        ("rcpt", "550 5.7.1 Service unavailable, client host [192.0.2.9] blocked using a list", "bị chặn"),
        ("rcpt", "554 5.7.1 too many messages today", "hạn mức"),
        ("body", "550 5.7.26 unauthenticated mail is not taken (DMARC)", "SPF, DKIM, DMARC"),
        ("body", "550 5.4.5 Daily user sending limit exceeded", "hạn mức"),
    ],
)
def test_a_server_that_refuses_us_costs_no_edition_and_is_told_once(
    stage: str, reply: str, asked: str, tmp_path: Path
) -> None:
    readers = [f"reader{n}@example.vn" for n in range(5)]

    def refuse(at: str, said: str) -> str | None:
        return reply if at == stage and "operator" not in said else agree(at, said)

    with MailServer(refuse) as mail, open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        settings = Settings(
            storage=Storage(f"sqlite:///{tmp_path}/a.db"),
            mail=Mail(host="127.0.0.1", port=mail.port),
            operator=Operator("operator@example.vn"),
        )
        for reader in readers:
            subscribe(archive, settings, reader, Wishes(), DUE - timedelta(hours=1))
        with pytest.raises(DeliveryError, match="nothing is lost"):
            publish(archive, settings, DUE)
        with pytest.raises(DeliveryError, match="nothing is lost"):
            publish(archive, settings, DUE + timedelta(minutes=1))
        (told,) = mail.messages
        assert told.recipients == ("operator@example.vn",)
        assert asked in told.message.get_content()
        with archive.read() as db:
            assert {edition.state for edition in editions(db)} == {"failed", "composed"}
        mail.answer = agree
        publish(archive, settings, DUE + timedelta(hours=3))
        assert sorted(one.recipients[0] for one in mail.messages[1:]) == readers


def test_what_the_operator_cannot_be_told_now_he_is_told_later_and_once(tmp_path: Path) -> None:
    def refuse(stage: str, said: str) -> str | None:
        if stage == "rcpt":
            return "550 5.1.1 no such user" if "gone" in said else "451 4.7.1 later" if "operator" in said else "250 ok"
        return agree(stage, said)

    with MailServer(refuse) as mail, open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        settings = Settings(
            storage=Storage(f"sqlite:///{tmp_path}/a.db"),
            mail=Mail(host="127.0.0.1", port=mail.port),
            operator=Operator("operator@example.vn"),
        )
        subscribe(archive, settings, "gone@example.vn", Wishes(), DUE - timedelta(hours=1))
        ending = subscribe(archive, settings, "ending@example.vn", Wishes(), DUE + timedelta(minutes=1))
        publish(archive, settings, DUE)
        with archive.begin() as db:
            token = unsubscribe.link(db, settings, ending).partition("token=")[2]
        unsubscribe.end(archive, settings, token, DUE + timedelta(minutes=1))
        assert not mail.messages
        mail.answer = agree
        for later in (6, 20, 90):
            publish(archive, settings, DUE + timedelta(minutes=later))
    subjects = [one.message["Subject"] for one in mail.messages if one.recipients == ("operator@example.vn",)]
    assert sorted(subjects) == [
        "Điểm báo: không gửi được tới gone@example.vn", "Đã dừng gửi điểm báo cho ending@example.vn",
    ]  # fmt: skip


def test_a_mail_too_large_goes_as_text_and_one_too_large_even_so_is_said(tmp_path: Path) -> None:
    def small(stage: str, said: str) -> str | None:
        return f"250-me\r\n250 SIZE {most}" if stage == "hello" else agree(stage, said)

    most = 4000
    with MailServer(small) as mail, open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        settings = Settings(
            storage=Storage(f"sqlite:///{tmp_path}/a.db"),
            mail=Mail(host="127.0.0.1", port=mail.port),
            operator=Operator("operator@example.vn"),
        )
        subscribe(archive, settings, "an@example.vn", Wishes(), DUE - timedelta(hours=1))
        assert publish(archive, settings, DUE).extra["sent"] == 1
        sent = mail.messages[0].message
        assert sent.get_content_type() == "text/plain"
        assert sent["List-Unsubscribe"]
        most = 1500
        assert publish(archive, settings, DUE + timedelta(days=1)).extra["failed"] == 1
        told = mail.messages[1].message
        assert "quá lớn" in told.get_content()
        assert "unsubscribe" not in told.get_content()
