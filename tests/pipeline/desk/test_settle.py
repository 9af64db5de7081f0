"""What a person decides: quarantined things read once more or dropped, editions sent again or closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import select, update

from errors import DeliveryError, DiemBaoError, StorageError
from pipeline.desk.readers import Wishes, subscribe, unsubscribe
from pipeline.desk.settle import close, decide, resend
from pipeline.publish import publish
from press import Edition, Feed, FeedReading, Outcome
from settings import Mail, Operator, Settings, Storage
from storage import Archive, open_archive
from storage.collecting import feeds, links, pages
from storage.collecting.quarantine import quarantine
from storage.delivery import editions as ledger
from storage.tables.collecting import feeds as feed_table
from storage.tables.collecting import links as link_table
from storage.tables.collecting import pages as page_table
from tests.support.archives import NOW, at, link, read_page
from tests.support.wholeway import MailServer, agree, diembao

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]
FEED = Feed("bao-mot", "feed", "https://bao-mot.vn/rss")
DUE = datetime(2026, 8, 4, 23, 45, tzinfo=UTC)  # 06:45 in Vietnam
DAY = timedelta(days=1)


def given_up(archive: Archive) -> None:
    """One list, one address and two pages are given up; the bytes of the second page are gone."""
    with archive.begin() as db:
        feeds.sync_feeds(db, [FEED], NOW)
        feeds.record_feed(db, FeedReading(FEED, Outcome("never", "not a feed"), 200, NOW), at(24))
        [one] = links.announce(db, [link(1, "bao-hai")], NOW)
        links.record_failed(db, one, Outcome("never", "gone: 404"), 404, NOW)
    for number, keep in ((2, True), (3, False)):
        page = read_page(archive, link(number))
        with archive.begin() as db:
            pages.settle_pages(db, [pages.Settled(page, Outcome("never", "no title"), keep)], NOW)


def listed(archive: Archive, *, dropped: bool = False) -> list[tuple[str, str]]:
    with archive.read() as db:
        return sorted((row.kind, row.reason) for row in quarantine(db, dropped=dropped))


def due(archive: Archive, when: datetime) -> tuple[list[str], list[str], int]:
    """Lists, addresses and pages that are due."""
    with archive.read() as db:
        lists = [feed.url for feed in feeds.due_feeds(db, when)]
        readings = sorted(reading.link.url for reading in links.due_readings(db, when))
        return lists, readings, len(pages.due_pages(db, 9))


def test_what_is_retried_is_due_again_and_counts_afresh(archive: Archive) -> None:
    given_up(archive)
    assert due(archive, at(1)) == ([], [], 0)
    decided = decide(archive, "retry", "Lan", at(1))
    assert len(decided) == 4
    assert listed(archive) == []
    # The page whose bytes are kept is read from them, the other from the press; both addresses are asked at once.
    assert due(archive, at(1)) == ([FEED.url], sorted([link(1, "bao-hai").url, link(3).url]), 1)
    with archive.begin() as db:
        assert feeds.standing(db, FEED.url)[0] == 0
        readings = {reading.link.url: reading for reading in links.due_readings(db, at(1))}
        assert [(r.attempt, r.etag, r.sha256) for r in readings.values()] == [(0, "", ""), (0, "", "")]
        links.record_failed(db, readings[link(1, "bao-hai").url], Outcome("never", "gone: 410"), 410, at(2))
        rows = db.execute(select(link_table.c.decided_by, link_table.c.decided_at).where(link_table.c.decided != ""))
        assert {tuple(row) for row in rows} == {("Lan", at(1))}
    assert listed(archive) == [("article", "gone: 410")], "given up once more, it is listed once more"


def test_what_is_dropped_leaves_the_list_stays_known_and_is_never_read(archive: Archive) -> None:
    given_up(archive)
    with archive.begin() as db:
        db.execute(update(link_table).where(link_table.c.url == link(2).url).values(next_reading=at(6)))
    decide(archive, "drop", "Lan", at(1))
    assert listed(archive) == []
    assert len(listed(archive, dropped=True)) == 4
    with archive.begin() as db:
        assert links.announce(db, [link(1, "bao-hai"), link(2), link(3)], at(2)) == []
        feeds.sync_feeds(db, [FEED], at(2))
        assert feeds.next_due(db) is None
        [row] = [row for row in quarantine(db, dropped=True) if row.kind == "feed"]
        assert (row.dropped_by, row.dropped_at) == ("Lan", at(1))
    assert due(archive, at(9999)) == ([], [], 0)
    decide(archive, "retry", "Minh", at(3), items=[FEED.url])
    assert due(archive, at(3))[0] == [FEED.url], "a person may change her mind"
    assert len(listed(archive, dropped=True)) == 3


def test_a_list_that_is_described_anew_is_asked_again(archive: Archive) -> None:
    given_up(archive)
    decide(archive, "drop", "Lan", at(1), items=[FEED.url])
    with archive.begin() as db:
        feeds.sync_feeds(db, [replace(FEED, kind="sitemap")], at(2))
    assert due(archive, at(2))[0] == [FEED.url]


def test_what_is_chosen_by_outlet_reason_id_and_address(archive: Archive) -> None:
    given_up(archive)
    assert [row.kind for row in decide(archive, "retry", "x", NOW, outlet="bao-hai")] == ["article"]
    assert [row.kind for row in decide(archive, "drop", "x", NOW, reason="NOT A")] == ["feed"]
    assert decide(archive, "drop", "x", NOW, outlet="bao-hai", reason="title") == []
    with archive.read() as db:
        names = [row.id for row in quarantine(db)]
    with pytest.raises(DiemBaoError, match="not in the quarantine"):
        decide(archive, "drop", "x", NOW, items=[names[0], "page-99"])
    assert len(listed(archive)) == 2, "a wrong name among right ones: nothing is done"
    assert len(decide(archive, "drop", "x", NOW, items=[names[0], names[0]])) == 1
    with archive.read() as db:
        assert len(db.execute(select(page_table.c.id).where(page_table.c.decided == "drop")).all()) == 1
        assert len(db.execute(select(feed_table.c.id).where(feed_table.c.decided == "drop")).all()) == 1


class Office:
    """One reader, one mail server whose answers a test decides."""

    def __init__(self, archive: Archive, mail: MailServer, folder: Path) -> None:
        self.archive = archive
        self.mail = mail
        place = Storage(f"sqlite:///{folder}/a.db")
        server = Mail(host="127.0.0.1", port=mail.port)
        self.settings = Settings(storage=place, mail=server, operator=Operator("truc@example.vn"))
        subscribe(archive, self.settings, "an@example.vn", Wishes(), DUE - timedelta(hours=1))

    def publish(self, now: datetime = DUE) -> None:
        publish(self.archive, self.settings, now)

    def edition(self, number: int = 1) -> Edition:
        with self.archive.read() as db:
            found = ledger.get_edition(db, number)
        assert found is not None
        return found

    def got(self) -> list[str]:
        """The identifiers of the mails the reader was handed."""
        mine = [mail for mail in self.mail.messages if mail.recipients == ("an@example.vn",)]
        return [message_from_bytes(mail.content)["Message-ID"] for mail in mine]


@pytest.fixture
def office(tmp_path: Path) -> object:
    with MailServer() as mail, open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        yield Office(archive, mail, tmp_path)


def breaks(stage: str, said: str) -> str | None:
    return None if stage == "body" and "an@" in said else agree(stage, said)


def test_an_unknown_edition_is_sent_again_as_the_same_mail(office: Office) -> None:
    office.mail.answer = breaks
    office.publish()
    before = office.edition()
    assert before.state == "unknown"
    (told,) = office.mail.messages
    text = told.message.get_content()
    for command in ("edition resend 1", "edition close 1 --sent", "edition close 1 --lost"):
        assert f"diembao {command}" in text
    with pytest.raises(DeliveryError, match="edition 1 is unknown"):
        resend(office.archive, office.settings, 1, "Lan", DUE)
    office.mail.answer = agree
    sent = resend(office.archive, office.settings, 1, "Lan", DUE)
    assert (sent.state, sent.message) == ("sent", before.message)
    assert office.got() == [before.message_id]
    with pytest.raises(StorageError, match="edition 1 is sent"):
        resend(office.archive, office.settings, 1, "Lan", DUE)
    office.publish(DUE + DAY)
    assert office.edition(2).period_start == before.period_end


def test_what_a_later_edition_tells_is_not_sent_again(office: Office) -> None:
    office.mail.answer = breaks
    office.publish()
    office.mail.answer = agree
    office.publish(DUE + DAY)
    with pytest.raises(StorageError, match=r"edition 2 \(sent\) tells what was in it: close this one"):
        resend(office.archive, office.settings, 1, "Lan", DUE + DAY)
    assert close(office.archive, 1, "Lan", DUE + DAY, arrived=False).state == "failed"
    office.publish(DUE + DAY)
    assert len(office.got()) == 1


@pytest.mark.parametrize("arrived", [True, False])
def test_a_closed_edition_decides_where_the_next_one_begins(arrived: bool, office: Office) -> None:
    office.mail.answer = breaks
    office.publish()
    closed = close(office.archive, 1, "Lan", DUE, arrived=arrived)
    assert closed.state == ("sent" if arrived else "failed")
    assert "by Lan" in closed.error
    with pytest.raises(StorageError, match="can be settled so"):
        close(office.archive, 1, "Lan", DUE, arrived=True)
    office.mail.answer = agree
    office.publish(DUE + DAY)
    first = office.edition()
    assert office.edition(2).period_start == (first.period_end if arrived else first.period_start)


def test_a_refused_edition_goes_out_once_its_mailbox_is_mended(office: Office) -> None:
    office.mail.answer = lambda stage, said: "550 no" if stage == "rcpt" and "an@" in said else agree(stage, said)
    office.publish()
    assert office.edition().state == "failed"
    assert "diembao edition resend 1" in office.mail.messages[0].message.get_content()
    office.mail.answer = agree
    assert resend(office.archive, office.settings, 1, "Lan", DUE).state == "sent"


def test_nobody_is_written_to_who_has_ended_the_subscription(office: Office) -> None:
    office.mail.answer = breaks
    office.publish()
    office.mail.answer = agree
    unsubscribe(office.archive, "an@example.vn", DUE)
    with pytest.raises(DiemBaoError, match="no subscription any more"):
        resend(office.archive, office.settings, 1, "Lan", DUE)
    assert office.edition().state == "unknown", "refused as a whole"
    with pytest.raises(StorageError, match="there is no edition 9"):
        close(office.archive, 9, "Lan", DUE, arrived=True)


def test_the_commands(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[storage]\nurl = "sqlite:///a.db"\n', "utf-8")
    with open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        given_up(archive)
    rows = diembao("quarantine", "--json", cwd=tmp_path).rows
    assert {row["kind"] for row in rows} == {"feed", "article", "page"}
    assert rows[0].keys() >= {"kind", "outlet", "url", "reason", "status", "since", "id"}
    dropped = diembao("quarantine", "drop", rows[0]["id"], rows[1]["url"], "--by", "Lan", "--json", cwd=tmp_path).rows
    assert [row["id"] for row in dropped] == [rows[0]["id"], rows[1]["id"]]
    assert len(diembao("quarantine", "retry", "--all", cwd=tmp_path).out.splitlines()) == 2
    assert diembao("quarantine", "--json", cwd=tmp_path).rows == []
    assert "dropped by Lan" in diembao("quarantine", "--dropped", cwd=tmp_path).out
    assert "needs ids" in diembao("quarantine", "retry", cwd=tmp_path, code=2).err
    assert "there is no edition 7" in diembao("edition", "resend", "7", cwd=tmp_path, code=1).err
    assert "there is no edition 7" in diembao("edition", "close", "7", "--lost", cwd=tmp_path, code=1).err
