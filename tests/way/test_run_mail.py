"""Mail servers on bad days, by the command line: nothing lost, nothing twice, one line that says what to do."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.wholeway import ANCHOR, READER, House, MailServer, Stages, agree, free_port

pytestmark = [pytest.mark.slow, pytest.mark.server]
SECOND = "second@example.vn"
OPERATOR = "truc@example.vn"


def states(house: House) -> dict[str, str]:
    return {row["email"]: row["state"] for row in house.rows("editions")}


def got(mail: MailServer) -> Counter[str]:
    return Counter(mail.recipients[0] for mail in mail.messages)


def test_an_unreachable_server_loses_nothing(stages: Stages, tmp_path: Path) -> None:
    house = stages.house(tmp_path, "publish", free_port())
    for _ in range(2):
        ended = house.run("publish", code=1)
        assert ended.out == ""
        assert len(ended.err.splitlines()) == 1
        assert "refuses the connection" in ended.err
        assert "nothing is lost" in ended.err
    assert states(house) == {READER: "failed", SECOND: "failed"}
    composed = house.sql("SELECT message_id, message FROM editions ORDER BY id")
    with MailServer() as mail:
        house.configure("mail", port=mail.port)
        assert house.run("publish", "--json").json["sent"] == 2
        assert got(mail) == {READER: 1, SECOND: 1}
    assert house.sql("SELECT message_id, message FROM editions ORDER BY id") == composed
    assert states(house) == {READER: "sent", SECOND: "sent"}


def test_a_server_that_is_busy_gets_the_same_mail_later(stages: Stages, tmp_path: Path) -> None:
    asked: list[str] = []

    def busy_once(stage: str, said: str) -> str | None:
        if stage == "rcpt" and said not in asked:
            asked.append(said)
            return "451 greylisted, come back"
        return agree(stage, said)

    with MailServer(busy_once) as mail:
        house = stages.house(tmp_path, "publish", mail.port)
        ended = house.run("publish", code=1)
        assert "greylisted" in ended.err
        assert len(ended.err.splitlines()) == 1
        assert house.run("publish", "--json").json["sent"] == 2
        assert house.run("publish", "--json").json["due"] == 0
        assert got(mail) == {READER: 1, SECOND: 1}


def test_one_refused_recipient_keeps_nobody_else_from_his_mail(stages: Stages, tmp_path: Path) -> None:
    def picky(stage: str, said: str) -> str | None:
        return "550 no such user" if stage == "rcpt" and READER in said else agree(stage, said)

    with MailServer(picky) as mail:
        house = stages.house(tmp_path, "publish", mail.port)
        house.configure("operator", email=OPERATOR)
        told = house.run("publish", "--json").json
        assert (told["due"], told["done"], told["never"], told["sent"], told["failed"]) == (2, 1, 1, 1, 1)
        assert states(house) == {READER: "failed", SECOND: "sent"}
        assert got(mail) == {OPERATOR: 1, SECOND: 1}
        note = next(mail for mail in mail.messages if mail.recipients == (OPERATOR,))
        assert READER in note.message["Subject"]
        assert "550" in note.message.get_content()
        assert house.run("publish", "--json").json["due"] == 0


def test_what_was_refused_is_told_the_next_day(stages: Stages, tmp_path: Path) -> None:
    closed = [True]

    def picky(stage: str, said: str) -> str | None:
        return "550 mailbox disabled" if stage == "rcpt" and READER in said and closed[0] else agree(stage, said)

    with MailServer(picky) as mail:
        house = stages.house(tmp_path, "publish", mail.port)
        house.run("publish")
        closed[0] = False
        house.run("publish", now=ANCHOR + timedelta(days=1))
        assert got(mail) == {READER: 1, SECOND: 2}
        mine = [row for row in house.rows("editions") if row["email"] == READER]
        assert [row["state"] for row in mine] == ["failed", "sent"]
        assert mine[0]["period_start"] == mine[1]["period_start"]
        assert set(mine[0]["articles"]) <= set(mine[1]["articles"])


@pytest.mark.parametrize("stage", ["data", "body"])
def test_a_connection_that_breaks_while_the_mail_goes_out(stage: str, stages: Stages, tmp_path: Path) -> None:
    hung_up: list[str] = []

    def breaks(at: str, said: str) -> str | None:
        if at == stage and not hung_up:
            hung_up.append(said)
            return None
        return agree(at, said)

    with MailServer(breaks) as mail:
        house = stages.house(tmp_path, "publish", mail.port)
        house.configure("operator", email=OPERATOR)
        house.run("publish")
        house.run("publish")
        # Before 354 nothing of the mail was sent: it is tried again. After it nobody can know.
        assert states(house) == {READER: "sent" if stage == "data" else "unknown", SECOND: "sent"}
        assert Counter(mail.recipients[0] for mail in mail.received)[READER] == 1
        assert got(mail)[OPERATOR] == (stage == "body")


def test_what_an_unknown_edition_told_is_told_again(stages: Stages, tmp_path: Path) -> None:
    def breaks(stage: str, said: str) -> str | None:
        return None if stage == "body" and READER in said and not broken else agree(stage, said)

    broken: list[bool] = []
    with MailServer(breaks) as mail:
        house = stages.house(tmp_path, "publish", mail.port)
        house.run("publish")
        broken.append(True)
        house.run("publish", now=ANCHOR + timedelta(days=1))
        mine = [row for row in house.rows("editions") if row["email"] == READER]
        assert [row["state"] for row in mine] == ["unknown", "sent"]
        assert mine[1]["period_start"] == mine[0]["period_start"]
        assert set(mine[0]["articles"]) <= set(mine[1]["articles"])


def test_mail_test_says_what_is_wrong(stages: Stages, tmp_path: Path) -> None:
    house = stages.house(tmp_path, "", free_port())
    ended = house.run("mail-test", READER, code=1)
    assert "[mail] host and port" in ended.err
    assert len(ended.err.splitlines()) == 1
    with MailServer() as mail:
        house.configure("mail", port=mail.port)
        house.run("mail-test", READER)
        assert got(mail) == {READER: 1}
        house.configure("mail", user="diembao", password_env="NOT_SET_ANYWHERE")
        assert "NOT_SET_ANYWHERE" in house.run("mail-test", READER, code=1).err
