"""Reminders over a real mail server: each matter once for each deadline, one mail a reader, units when they are on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.register import acts
from pipeline.register.acts import Office, Opening
from pipeline.watching.reminding import remind_units, reminders
from settings import Mail, Settings
from settings.sections import Register
from storage import Archive, open_archive, register
from storage.people import accounts
from storage.register.matters import Letter
from storage.register.units import Unit
from tests.support.registerhouse import moment
from tests.support.webhouse import HASH
from tests.support.wholeway import MailServer, agree

pytestmark = pytest.mark.server
pytest_plugins = ["tests.support.databases"]
LAN, OFFICE = "lan@example.vn", "vanphong@dai-ngai.vn"


class Desk:
    """A register, its editors and one unit with an address, and where mails arrive."""

    def __init__(self, archive: Archive, mail: MailServer) -> None:
        self.archive, self.mail = archive, mail
        self.settings = Settings(mail=Mail("127.0.0.1", mail.port), register=Register(issuer="Sở Văn hóa"))
        with archive.begin() as db:
            for email, role in ((LAN, "admin"), ("doc@example.vn", "reader"), ("cu@example.vn", "editor")):
                made = accounts.add_account(
                    db, email, name="", role=role, password=HASH, now=moment("2026-07-01T08:00")
                )  # type: ignore[arg-type]
            accounts.change_account(db, made.id, ended_at=moment("2026-07-02T08:00"))
            area = self.settings.area.province
            register.units.add(db, area, [Unit("UBND xã Đại Ngãi", "commune", "", OFFICE), Unit("Công an", "vertical")])

    def office(self, now: str) -> Office:
        return Office(self.archive, self.settings, LAN, moment(now))

    def opened(self, now: str, until: date, lead: str = "xã Đại Ngãi") -> str:
        desk = self.office(now)
        name = str(acts.open_matter(desk, Opening("ordered", "Phà Đại Ngãi ngừng chạy"))["number"])
        acts.assign(desk, name, lead=lead, letter=Letter("order", "9/UBND", "2026-08-03"), until=until)
        return name

    def told(self, now: str) -> list[tuple[str, str]]:
        """Remind; give recipients and subjects of what arrived."""
        before = len(self.mail.messages)
        reminders(self.archive, self.settings, moment(now))
        return [(mail.recipients[0], str(mail.message["Subject"])) for mail in self.mail.messages[before:]]

    def body(self) -> str:
        return str(self.mail.messages[-1].message.get_content())


@pytest.fixture
def desk(tmp_path: Path, empty_sqlite: Path) -> Iterator[Desk]:
    shutil.copy(empty_sqlite, tmp_path / "a.db")
    with open_archive(f"sqlite:///{tmp_path / 'a.db'}") as archive, MailServer() as mail:
        yield Desk(archive, mail)


def test_each_deadline_is_told_once_as_it_comes_near_and_passes(desk: Desk) -> None:
    desk.opened("2026-08-03T09:00", date(2026, 8, 10))
    said = "Sự việc báo chí phản ánh: 1 "
    days = {
        "2026-08-03T09:01": [(LAN, f"{said}mới giao")],
        "2026-08-04T08:00": [],
        "2026-08-05T07:29": [],  # before the hour
        "2026-08-05T07:30": [(LAN, f"{said}sắp đến hạn")],  # Wednesday: three working days before Monday
        "2026-08-06T08:00": [],
        "2026-08-09T09:00": [],
        "2026-08-10T08:00": [(LAN, f"{said}đến hạn hôm nay")],
        "2026-08-10T20:00": [],
        "2026-08-11T08:00": [(LAN, f"{said}quá hạn")],
        "2026-08-12T08:00": [],
    }
    assert {now: desk.told(now) for now in days} == days
    for words in ("QUÁ HẠN (1)", "1/2026: Phà Đại Ngãi", "hạn 23:59, 10/8/2026 (Văn bản 9/UBND)", "UBND xã Đại Ngãi"):
        assert words in desk.body()
    acts.assign(desk.office("2026-08-12T09:00"), "1", lead="xã Đại Ngãi", until=date(2026, 8, 31))
    assert desk.told("2026-08-13T08:00") == [], "put off"
    assert desk.told("2026-08-31T08:00") == [(LAN, f"{said}đến hạn hôm nay")], "another deadline is told anew"
    acts.answer(desk.office("2026-08-31T09:00"), "1")
    assert desk.told("2026-09-03T08:00") == []


def test_units_are_told_of_their_own_matters_once_an_administrator_says_so(desk: Desk) -> None:
    desk.opened("2026-08-03T09:00", date(2026, 8, 4))
    desk.opened("2026-08-03T09:00", date(2026, 8, 4), "Công an")
    assert [to for to, _ in desk.told("2026-08-04T08:00")] == [LAN]
    remind_units(desk.office("2026-08-04T08:30"), on=True)
    assert desk.told("2026-08-04T09:00") == [(OFFICE, "Sự việc báo chí phản ánh: 1 đến hạn hôm nay")]
    assert "2/2026" not in desk.body(), "of another unit, which has no address"
    assert "Sở Văn hóa nhắc việc" in desk.body()
    assert desk.told("2026-08-04T10:00") == []
    remind_units(desk.office("2026-08-04T10:30"), on=False)
    assert [to for to, _ in desk.told("2026-08-05T08:00")] == [LAN]


def test_what_is_late_is_one_mail_and_not_forty(desk: Desk) -> None:
    remind_units(desk.office("2026-08-03T08:30"), on=True)
    for _ in range(45):
        desk.opened("2026-08-03T09:00", date(2026, 8, 4))
    assert desk.told("2026-08-05T08:00") == [
        (LAN, "Sự việc báo chí phản ánh: 45 quá hạn"),
        (OFFICE, "Sự việc báo chí phản ánh: 45 quá hạn"),
    ]
    assert "và 5 sự việc khác." in desk.body()
    desk.opened("2026-08-05T09:00", date(2026, 8, 5))
    assert [subject for _, subject in desk.told("2026-08-05T09:30")] == [
        "Sự việc báo chí phản ánh: 1 đến hạn hôm nay"
    ] * 2
    assert "TẤT CẢ SỰ VIỆC ĐANG QUÁ HẠN (45)" in desk.body()


def test_a_mail_that_cannot_go_out_waits_and_goes_once(desk: Desk) -> None:
    desk.opened("2026-08-03T09:00", date(2026, 8, 4))
    desk.mail.answer = lambda stage, said: "451 later" if stage == "rcpt" else agree(stage, said)
    assert desk.told("2026-08-04T08:00") == []
    desk.mail.answer = agree
    assert len(desk.told("2026-08-04T08:06")) == 1
    assert desk.told("2026-08-04T09:00") == []
    with desk.archive.read() as db:
        found = register.matters.by_number(db, "Sóc Trăng", 2026, 1)
        [(kind, to, _, sent), *rest] = register.reminders.of_matter(db, found.id)
    assert {kind, *(one[0] for one in rest)} == {"assigned", "today"}
    assert (to, sent) == (LAN, moment("2026-08-04T08:06"))


def test_on_a_day_off_only_what_ends_that_day_is_told(desk: Desk) -> None:
    desk.opened("2026-08-07T09:00", date(2026, 8, 10))
    office = desk.office("2026-08-08T10:00")
    acts.open_matter(office, Opening("major_event", "Cháy chợ", received=office.now))
    told: dict[str, list[str]] = {}
    for now in ("2026-08-08T10:30", "2026-08-09T08:00", "2026-08-09T10:30"):
        told[now] = [subject.partition(": ")[2] for _, subject in desk.told(now)]
    assert told == {
        "2026-08-08T10:30": ["1 mới giao"],
        "2026-08-09T08:00": ["1 đến hạn hôm nay"],
        "2026-08-09T10:30": ["1 quá hạn"],
    }


def test_an_address_that_is_none_keeps_nobody_else_waiting(desk: Desk) -> None:
    remind_units(desk.office("2026-08-03T08:30"), on=True)
    with desk.archive.begin() as db:
        unit = next(one for one in register.units.all_units(db, "Sóc Trăng") if one.email)
        register.units.change(db, "Sóc Trăng", replace(unit, email="không phải địa chỉ"))
    desk.opened("2026-08-03T09:00", date(2026, 8, 4))
    assert [to for to, _ in desk.told("2026-08-04T08:00")] == [LAN]


def test_nothing_is_told_twice_whatever_the_order_of_looks(desk: Desk) -> None:
    for n in range(6):
        desk.opened("2026-08-03T09:00", date(2026, 8, 4 + n))
    looks: list[datetime] = [moment(f"2026-08-{day:02d}T{hour:02d}:00") for day in range(3, 13) for hour in (6, 8, 15)]
    for now in looks:
        reminders(desk.archive, desk.settings, now)
    with desk.archive.read() as db:
        rows = db.execute(
            text("SELECT matter_id, kind, recipient, due, count(*) FROM reminded GROUP BY 1, 2, 3, 4")
        ).all()
        kinds = {(row.matter_id, row.kind) for row in rows}
    assert {kind for _, kind in kinds} == {"assigned", "soon", "today", "overdue"}
    assert all(row[-1] == 1 for row in rows)
