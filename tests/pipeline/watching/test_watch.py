"""What the operator is told of the outlets: each change once, over a real mail server, from the data alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from pipeline.watching.watch import watch
from press import Feed, FeedReading, Link, Outcome, Outlet
from settings import Crawl, Mail, Operator, Settings
from storage import Archive
from storage.collecting import feeds, links
from tests.support.archives import DONE, NOW, at, link
from tests.support.wholeway import MailServer, agree

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]

OPERATOR = "truc@example.vn"
OUTLETS = tuple(
    Outlet(f"bao-{n}", f"Báo Số {n}", "vi", "local", feeds=(f"https://bao-{n}.vn/rss",)) for n in range(1, 7)
)
FAILED = Outcome("later", "server error: 503")
CUT = Outcome("later", "connection refused")


class Desk:
    """An archive whose lists are read by hand, and the operator's mailbox."""

    def __init__(self, archive: Archive, mail: MailServer) -> None:
        self.archive = archive
        self.quiet = 0  # the outlet whose list says nothing new
        self.mail = mail
        self.settings = Settings(
            crawl=Crawl("https://example.vn", ()),
            mail=Mail("127.0.0.1", mail.port),
            operator=Operator(OPERATOR),
            outlets=OUTLETS,
        )

    def read(self, now: datetime, *which: int, outcome: Outcome = DONE, status: int | None = 200) -> None:
        """Each of these outlets' lists ends a reading this way."""
        with self.archive.begin() as db:
            feeds.sync_feeds(db, [Feed(o.slug, "feed", o.feeds[0]) for o in OUTLETS], NOW)
            for n in which or range(1, 7):
                feed = Feed(f"bao-{n}", "feed", f"https://bao-{n}.vn/rss")
                url = f"https://bao-{n}.vn/bai-{now:%d%H%M}"
                found = (Link(url, url, feed.outlet),) if outcome.kind == "done" else ()
                links.announce(db, found if n != self.quiet else (), now, feed=feed.url)
                feeds.record_feed(db, FeedReading(feed, outcome, status, now, links=found), now + timedelta(minutes=10))

    def told(self, now: datetime) -> list[tuple[str, str]]:
        """Watch; give the subjects and texts of the mails that came of it."""
        before = len(self.mail.messages)
        watch(self.archive, self.settings, now)
        return [(str(mail.message["Subject"]), mail.message.get_content()) for mail in self.mail.messages[before:]]


@pytest.fixture
def desk(archive: Archive) -> Iterator[Desk]:
    with MailServer() as mail:
        yield Desk(archive, mail)


def test_a_change_is_told_once_when_a_second_reading_finds_it_and_so_is_its_end(desk: Desk) -> None:
    desk.read(NOW)
    assert desk.told(NOW) == []
    desk.read(at(1), 1, outcome=FAILED, status=503)
    assert desk.told(at(1)) == desk.told(at(1.1)) == [], "one failure is an accident"
    desk.read(at(2), 1, outcome=FAILED, status=503)
    [(subject, text)] = desk.told(at(2))
    assert subject == "Điểm báo: Báo Số 1 – không đọc được"
    assert "• Báo Số 1: không đọc được từ 08:00 (máy chủ báo lỗi 503)." in text
    assert "Nên làm: chờ một ngày" in text
    desk.read(at(3), 1, outcome=FAILED, status=503)
    assert desk.told(at(3)) == []
    desk.read(at(4))
    assert desk.told(at(4)) == []
    desk.read(at(5))
    [(subject, text)] = desk.told(at(5))
    assert subject == "Điểm báo: Báo Số 1 – đọc tốt"
    assert "đọc lại được (trước đó không đọc được)" in text
    assert desk.told(at(5)) == []


def test_an_outlet_that_comes_and_goes_is_not_told(desk: Desk) -> None:
    for hour in range(12):
        desk.read(at(hour))
        desk.read(at(hour), 2, outcome=FAILED if hour % 2 else DONE, status=503 if hour % 2 else 200)
        assert desk.told(at(hour)) == []


def test_another_trouble_is_another_change(desk: Desk) -> None:
    desk.read(NOW)
    for hour in (1, 2):
        desk.read(at(hour), 1, outcome=FAILED, status=503)
        desk.told(at(hour))
    desk.read(at(3), 1, outcome=Outcome("later", "blocked: 403"), status=403)
    assert desk.told(at(3)) == []
    desk.read(at(4), 1, outcome=Outcome("later", "blocked: 403"), status=403)
    [(subject, text)] = desk.told(at(4))
    assert subject == "Điểm báo: Báo Số 1 – từ chối truy cập"
    assert "xin phép tòa soạn" in text


def test_a_silence_is_told_at_once(desk: Desk) -> None:
    with desk.archive.begin() as db:
        for day in range(1, 25):
            links.announce(db, [link(day, "bao-3")], NOW - timedelta(days=day))
    desk.quiet = 3
    desk.read(NOW)
    assert desk.told(NOW) == []
    desk.read(at(2))
    [(subject, text)] = desk.told(at(2))
    assert subject == "Điểm báo: Báo Số 3 – im lặng"
    assert "im lặng từ 07:00 ngày 04/8 (26 giờ chưa có bài mới, thường 24 giờ)" in text


def test_several_changes_are_one_mail(desk: Desk) -> None:
    desk.read(NOW)
    for hour in (1, 2):
        desk.read(at(hour))
        desk.read(at(hour), 1, 2, outcome=FAILED, status=503)
        told = desk.told(at(hour))
    [(subject, text)] = told
    assert subject == "Điểm báo: 2 báo có trục trặc"
    assert text.count("• Báo Số") == 2


def test_a_broken_line_is_one_mail_and_its_end_another(desk: Desk) -> None:
    desk.read(NOW)
    desk.told(NOW)
    subjects = []
    for hour, which in ((1, (1, 2, 3)), (2, (1, 2, 3)), (3, (4, 5, 6)), (4, (4, 5, 6))):
        desk.read(at(hour), *which, outcome=CUT, status=None)
        subjects += [subject for subject, _ in desk.told(at(hour))]
    assert subjects == ["Điểm báo: 3 báo cùng lúc không đọc được, có lẽ do đường truyền của ta"]
    desk.read(at(5), 1, 2, 3)
    assert [subject for subject, _ in desk.told(at(5))] == ["Điểm báo: đường truyền đã thông, lại đọc được các báo"]
    desk.read(at(6), 1, 2, 3, 4, 5)
    desk.read(at(6), 6, outcome=CUT, status=None)
    assert [subject for subject, _ in desk.told(at(6))] == ["Điểm báo: Báo Số 6 – không đọc được"]


def test_what_cannot_be_mailed_is_told_later_and_once(archive: Archive) -> None:
    broken = [True]

    def busy(stage: str, said: str) -> str | None:
        return "451 come back later" if stage == "rcpt" and broken[0] else agree(stage, said)

    with MailServer(busy) as mail:
        desk = Desk(archive, mail)
        desk.read(NOW)
        for hour in (1, 2):
            desk.read(at(hour), 1, outcome=FAILED, status=503)
            assert desk.told(at(hour)) == []
        broken[0] = False
        assert desk.told(at(2.01)) == [], "not at once"
        assert [subject for subject, _ in desk.told(at(2.2))] == ["Điểm báo: Báo Số 1 – không đọc được"]
        assert desk.told(at(9)) == []


def test_a_mail_that_may_have_gone_out_is_not_sent_again(archive: Archive) -> None:
    with MailServer(lambda stage, said: None if stage == "body" else agree(stage, said)) as mail:
        desk = Desk(archive, mail)
        desk.read(NOW)
        for hour in (1, 2, 3, 4):
            desk.read(at(hour), 1, outcome=FAILED, status=503)
            desk.told(at(hour))
        assert len(mail.received) == 1


def test_what_is_not_well_is_summed_up_once_a_day(desk: Desk) -> None:
    desk.read(NOW)  # 07:00 in Vietnam
    for hour in (1, 2):
        desk.read(at(hour), 1, outcome=FAILED, status=503)
        desk.told(at(hour))
    desk.read(at(23.5), 2, 3, 4, 5, 6)
    desk.read(at(23.5), 1, outcome=FAILED, status=503)
    assert desk.told(at(23.5)) == [], "06:30"
    [(subject, text)] = desk.told(at(24))
    assert subject == "Điểm báo: nguồn tin ngày 06/8 – Đã đọc 5/6 nguồn; 1 nguồn lỗi"
    assert "Báo Số 1: không đọc được từ 08:00 ngày 05/8 (máy chủ báo lỗi 503)" in text
    assert desk.told(at(25)) == []
    for hour in (30, 31):
        desk.read(at(hour))
        desk.told(at(hour))
    assert desk.told(at(49)) == [], "all is well"


def test_nobody_to_tell_nothing_kept(archive: Archive) -> None:
    with MailServer() as mail:
        desk = Desk(archive, mail)
        desk.settings = Settings(crawl=desk.settings.crawl, mail=desk.settings.mail, outlets=OUTLETS)
        for hour in (1, 2):
            desk.read(at(hour), 1, outcome=FAILED, status=503)
            assert desk.told(at(hour)) == []
        desk.settings = Desk(archive, mail).settings
        desk.told(at(2))
        desk.read(at(3), 1, outcome=FAILED, status=503)
        assert len(desk.told(at(3))) == 1, "an operator named later hears of it"
