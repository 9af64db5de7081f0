"""Outlets of the demo press fail in every way while they are read: each has its state, and the operator one mail."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import settings
from demo.press import Press
from demo.serving.moods import MOODS
from pipeline.analyse import analyse
from pipeline.collect import collect
from pipeline.running import outlets as chosen_outlets
from pipeline.watching.watch import watch
from press import OutletHealth
from settings import Settings
from storage import Archive, collecting, open_archive
from tests.support.wholeway import ANCHOR, HOUR, MINUTE, MailServer

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.usefixtures("forked_crawls")]
DAY = 24 * HOUR
STATES = {
    "mientay": ("down", "down"),
    "hong": ("cut", "down"),
    "deisan": ("unreadable", "down"),
    "phuongnam": ("blocked", "blocked"),
    "delta": ("pages_blocked", "blocked"),
    "chautho": ("challenge", "blocked"),
    "chinhsach": ("robots", "blocked"),
    "cuulong": ("layout", "layout_changed"),
    "bandoc": ("layout", "layout_changed"),
}


class Office:
    """An archive and settings that point at a press, worked by calls with an instant."""

    def __init__(self, press: Press, folder: Path, mail: MailServer, *, keep: str = "all") -> None:
        text = press.settings_text(folder / "archive.db", mail_port=mail.port, net="off").replace(
            'keep = "all"', f'keep = "{keep}"'
        )
        self.press = press
        self.mail = mail
        self.settings: Settings = settings.parse(text + '\n[operator]\nemail = "truc@example.vn"\n', folder / "x.toml")
        self.archive: Archive = open_archive(self.settings.storage.url)

    def close(self) -> None:
        self.archive.close()

    def look(self, now: datetime) -> dict[str, OutletHealth]:
        """One look of the service: collect, analyse, watch; gives the states by slug."""
        collect(self.archive, self.settings, now)
        analyse(self.archive, self.settings, now, workers=1)
        watch(self.archive, self.settings, now)
        return self.health(now)

    def health(self, now: datetime) -> dict[str, OutletHealth]:
        with self.archive.read() as db:
            return {one.slug: one for one in collecting.outlets.health(db, chosen_outlets.in_use(self.settings), now)}

    def due(self, now: datetime, *slugs: str) -> datetime:
        """When every list of these outlets has become due."""
        with self.archive.read() as db:
            found = db.exec_driver_sql("SELECT outlet, next_due FROM feeds WHERE in_use").all()
        last = max(datetime.fromisoformat(f"{due}+00:00") for slug, due in found if not slugs or slug in slugs)
        return max(last, now + MINUTE)


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.mark.long
@pytest.mark.parametrize("keep", ["all", "area"])
def test_each_way_of_failing_has_its_state_within_two_readings_and_one_mail(
    keep: str, tmp_path: Path, mail: MailServer
) -> None:
    mail.messages.clear()
    with Press(ANCHOR, troubles=False) as press, closing(Office(press, tmp_path, mail, keep=keep)) as office:
        first = office.look(ANCHOR)
        assert {one.state for one in first.values()} == {"ok"}, first
        for slug, (mood, _) in STATES.items():
            press.mood(slug, mood)
        now = ANCHOR
        for _ in range(2):
            now = office.due(now)
            for slug in first:
                press.publish(slug, now - 3 * MINUTE, now - 2 * MINUTE)
            found = office.look(now)
        wanted = {slug: STATES[slug][1] if slug in STATES else "ok" for slug in first}
        assert {slug: one.state for slug, one in found.items()} == wanted, found
        assert all(ANCHOR < found[slug].since <= now and found[slug].last_error for slug in STATES), found  # type: ignore[operator]
        [alert] = mail.messages
        assert alert.message["Subject"] == f"Điểm báo: {len(STATES)} báo có trục trặc"
        text = alert.message.get_content()
        names = {outlet.slug: outlet.name for outlet in press.outlets()}
        assert {slug for slug in first if f"• {names[slug]}: " in text} == set(STATES)
        for slug in STATES:
            press.mood(slug, "ok")
        for _ in range(2):
            now = office.due(now)
            for slug in first:
                press.publish(slug, now - 3 * MINUTE, now - 2 * MINUTE)
            found = office.look(now)
        assert {one.state for one in found.values()} == {"ok"}, found
        assert "đọc lại được" in mail.messages[-1].message["Subject"]


@pytest.mark.long
def test_a_quiet_sunday_is_none_and_a_quiet_monday_is_a_silence(tmp_path: Path, mail: MailServer) -> None:
    mail.messages.clear()
    sunday = datetime.fromisoformat("2026-08-02T00:00:00+07:00")
    weeks = [
        sunday - week * 7 * DAY + day * DAY + hour * HOUR
        for week in range(1, 4)
        for day in range(1, 7)
        for hour in (7, 9, 11, 14, 16)
    ]
    with Press(sunday - 22 * DAY, troubles=False) as press, closing(Office(press, tmp_path, mail)) as office:
        press.publish("cuulong", *weeks)
        for hours in (0, 6, 12, 18, 24 + 7, 24 + 9):
            found = office.look(sunday + hours * HOUR)
            assert found["cuulong"].state == "ok", f"{hours} h after Sunday began: {found['cuulong']}"
        found = office.look(sunday + (24 + 18) * HOUR)
        assert (found["cuulong"].state, found["cuulong"].since) == ("silent", weeks[29])
        assert [mail.message["Subject"] for mail in mail.messages] == ["Điểm báo: Thời báo Cửu Long – im lặng"]
        press.publish("cuulong", sunday + (24 + 19) * HOUR)
        assert office.look(sunday + (24 + 25) * HOUR)["cuulong"].state == "ok"


def test_the_press_is_told_from_outside() -> None:
    with Press(ANCHOR, troubles=False) as press:

        def post(path: str) -> tuple[int, bytes]:
            where = urlsplit(press.base_url("songhau"))
            with closing(http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)) as connection:
                connection.request("POST", path)
                answer = connection.getresponse()
                return answer.status, answer.read()

        def statuses() -> list[int]:
            found = []
            for path in ("/robots.txt", "/rss/home.rss", urlsplit(press.truth()[0].url).path):
                where = urlsplit(press.base_url(press.truth()[0].outlet))
                with closing(http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)) as connection:
                    connection.request("GET", path)
                    found.append(connection.getresponse().status)
            return found

        assert statuses() == [200, 200, 200]
        assert post("/_demo/outlet/songhau/down")[0] == 200
        assert statuses() == [503, 503, 503]
        assert post("/_demo/outlet/songhau/ok")[0] == 200
        assert statuses() == [200, 200, 200]
        assert post("/_demo/outlet/songhau/sleepy")[0] == post("/_demo/outlet/nobody/down")[0] == 404
        assert post("/_demo/outlet/songhau/publish?at=2026-08-05T08:00:00")[0] == 400, "without a zone"
        assert post("/_demo/outlet/songhau/publish?at=2026-08-05T08:00:00%2B07:00")[0] == 200
        with pytest.raises(ValueError, match="down, cut"):
            press.mood("songhau", "sleepy")
        assert set(MOODS) - {"ok"} >= {mood for mood, _ in STATES.values()}
