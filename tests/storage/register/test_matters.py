"""Matters in the archive, on both databases: numbers, changes, two editors at once, deadlines that follow the rules."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from errors import Conflict, UsageError
from press.deadlines import end_of, shipped_rules
from press.matters import STATES, may_follow
from press.workdays import Day
from storage import Archive, register
from storage.people import audit
from storage.register import law
from storage.register.lists import Wanted
from storage.register.matters import Letter, Matter
from storage.register.units import Unit
from tests.support.archives import NOW, at

pytestmark = pytest.mark.server

pytest_plugins = ["tests.support.databases"]
AREA = "Sóc Trăng"
LAN, HOA = "lan@example.vn", "hoa@example.vn"


def opened(archive: Archive, hours: float = 0, **values: Any) -> Matter:
    given = {"subject": "Phà Đại Ngãi ngừng chạy", "kind": "press_request", **values}
    with archive.begin() as db:
        return register.matters.opened(db, AREA, given, LAN, at(hours))


def changed(archive: Archive, matter: Matter, who: str = LAN, **values: Any) -> Matter:
    with archive.begin() as db:
        return register.matters.change(db, matter.id, matter.version, values, who, at(1))


def read(archive: Archive, matter: int) -> Matter:
    with archive.read() as db:
        return register.matters.get(db, matter)


def test_numbers_begin_anew_each_year_and_have_no_gap(archive: Archive) -> None:
    names = [opened(archive).name, opened(archive).name, opened(archive, 24 * 365).name]
    assert names == ["1/2026", "2/2026", "1/2027"]
    with archive.begin() as db:
        values = {"subject": "Nơi khác", "kind": "ordered"}
        assert register.matters.opened(db, "Cà Mau", values, LAN, NOW).name == "1/2026", "each area has its own"


def test_many_who_open_at_once_get_a_number_each(archive: Archive) -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.append(opened(archive).name)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(made) == sorted(f"{number}/2026" for number in range(1, 9))


def test_the_second_editor_is_told_what_changed_and_by_whom(archive: Archive) -> None:
    seen = opened(archive)
    changed(archive, seen, HOA, state="in_progress", field="infrastructure")
    with pytest.raises(Conflict, match=rf"{HOA}: matter changed \(field '' → 'infrastructure', state 'new' → "):
        changed(archive, seen, LAN, subject="Khác")
    kept = read(archive, seen.id)
    assert (kept.subject, kept.state, kept.version) == (seen.subject, "in_progress", 2)


def test_every_change_is_in_the_log_with_from_and_to(archive: Archive) -> None:
    matter = opened(archive, received_at=NOW)
    changed(archive, matter, HOA, places=("Đại Ngãi",), until=end_of(date(2026, 8, 20)))
    same = changed(archive, read(archive, matter.id), HOA, places=("Đại Ngãi",))
    assert same.version == 2, "what changes nothing is no change"
    with archive.read() as db:
        entries = register.matters.history(db, matter)
        assert audit.broken(db) is None
    assert [(entry.who, entry.action, entry.details["version"]) for entry in entries] == [
        (LAN, "matter opened", 1),
        (HOA, "matter changed", 2),
    ]
    assert entries[1].details["changes"]["places"] == [[], ["Đại Ngãi"]]
    assert entries[1].details["changes"]["until"][1].startswith("2026-08-20T16:59:59")


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"kind": "rumour"}, "the kinds are press_request"),
        ({"kind": "outlet_answer"}, "no kind"),
        ({"subject": " "}, "subject"),
        ({"received_at": at(48)}, "future"),
        ({"number": 7}, "no number to change"),
        ({"due_at": NOW}, "no due_at to change"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(archive: Archive, values: dict[str, Any], word: str) -> None:
    matter = opened(archive)
    with pytest.raises(UsageError, match=word):
        changed(archive, matter, **values)
    assert read(archive, matter.id) == matter


def test_states_follow_as_they_may(archive: Archive) -> None:
    for before in STATES:
        for after in STATES:
            if not may_follow(before, after):
                assert before in ("done", "passed_on", "refused", "merged") or after == "new"
    done = changed(archive, opened(archive), state="done", result="Xong")
    with pytest.raises(Conflict, match="is done: it cannot become assigned"):
        changed(archive, done, state="assigned")
    assert changed(archive, done, state="in_progress").state == "in_progress"


def test_the_earlier_deadline_applies(archive: Archive) -> None:
    matter = opened(archive, received_at=NOW)
    assert matter.due_at == end_of(date(2026, 9, 4))
    sooner = changed(archive, matter, until=end_of(date(2026, 8, 20)))
    assert sooner.due_at == end_of(date(2026, 8, 20))
    assert changed(archive, sooner, until=end_of(date(2026, 12, 1))).due_at == end_of(date(2026, 9, 4))
    assert opened(archive, kind="ordered").due_at is None
    assert opened(archive).due_at is None, "nobody said when the request came"


def test_late_ones_are_found_by_deadline_and_only_while_an_answer_is_owed(archive: Archive) -> None:
    late = [opened(archive, received_at=at(-24 * days), kind="feedback") for days in (30, 40)]
    opened(archive, received_at=NOW)
    answered = opened(archive, received_at=at(-24 * 50), kind="feedback")
    changed(archive, answered, state="answered", answered_at=NOW)
    with archive.read() as db:
        found = register.lists.find(db, AREA, Wanted(overdue_at=NOW))
        assert [matter.id for matter in found] == [late[1].id, late[0].id]
        assert all(matter.overdue(NOW) for matter in found)
        assert register.lists.counts(db, AREA, {"late": Wanted(overdue_at=NOW)}) == {"late": 2}
        assert len(register.lists.find(db, AREA, Wanted(words="đại ngãi"))) == 4
        assert register.lists.find(db, AREA, Wanted(words="100%")) == []
        for words in ("dai ngai", "Ngãi  đại", "ĐẠI"):
            assert len(register.lists.find(db, AREA, Wanted(words=words))) == 4, words
        assert register.lists.find(db, AREA, Wanted(words="đài ngãi")) == []
        assert [one.id for one in register.lists.find(db, AREA, Wanted(words=answered.name))] == [answered.id]
        assert register.lists.find(db, AREA, Wanted(words="99")) == []
        assert register.lists.find(db, "Cà Mau", Wanted()) == []


def test_a_matter_is_merged_once_and_ends_where_the_other_one_does(archive: Archive) -> None:
    one, two, three = (opened(archive) for _ in range(3))
    with archive.begin() as db:
        register.matters.merged(db, one.id, None, two.id, HOA, NOW)
        register.matters.merged(db, two.id, None, three.id, HOA, NOW)
    assert [read(archive, matter.id).merged_into for matter in (one, two, three)] == [three.id, three.id, None]
    for matter, into in ((one, three), (three, one), (three, three)):
        with pytest.raises(Conflict), archive.begin() as db:
            register.matters.merged(db, matter.id, None, into.id, HOA, NOW)


def test_letters_and_units_stay_with_their_matter(archive: Archive) -> None:
    matter = opened(archive)
    with archive.begin() as db:
        register.units.add(db, AREA, [Unit("Sở Y tế", "department"), Unit("Công an", "vertical")])
        health, police = sorted(register.units.all_units(db, AREA), key=lambda unit: unit.name)[::-1]
        register.matters.add_letter(db, matter, Letter("request", "12/CV", "2026-08-03", "2026-08-04"))
    both = changed(archive, matter, lead=health.id, others=(police.id, health.id))
    assert (both.lead, both.others) == (health.id, (police.id,)), "who leads does not co-operate"
    assert changed(archive, both, lead=police.id).others == ()
    with archive.read() as db:
        assert register.matters.letters_of(db, [matter.id])[matter.id][0].number == "12/CV"
        assert len(register.lists.find(db, AREA, Wanted(unit=police.id))) == 1


def test_a_unit_is_found_by_its_name_or_its_end(archive: Archive) -> None:
    with archive.begin() as db:
        names = ("UBND xã Đại Ngãi", "UBND phường Sóc Trăng", "Sở Y tế", "Sở Tài chính")
        assert register.units.add(db, AREA, [Unit(name, "other") for name in names]) == 4
        assert register.units.add(db, AREA, [Unit("Sở Y tế", "other")]) == 0
        units = register.units.all_units(db, AREA)
    for text in ("UBND xã Đại Ngãi", "xã Đại Ngãi", "XÃ ĐẠI NGÃI", "dai ngai", str(units[0].id)):
        assert register.units.find(units, text, "2026-08-05").name
    assert register.units.find(units, "dai ngai", "2026-08-05").name == names[0]
    with pytest.raises(UsageError, match="perhaps: Sở Y tế"):
        register.units.find(units, "Sở Y té", "2026-08-05")
    ended = [replace(unit, valid_to="2026-07-31") for unit in units]
    with pytest.raises(UsageError, match="no units"):
        register.units.find(ended, "Sở Y tế", "2026-08-05")


def test_a_unit_is_changed_by_one_editor_at_a_time(archive: Archive) -> None:
    with archive.begin() as db:
        register.units.add(db, AREA, [Unit("Sở Y tế", "department"), Unit("Sở Y", "department")])
        unit = next(one for one in register.units.all_units(db, AREA) if one.name == "Sở Y tế")
        after = register.units.change(db, AREA, replace(unit, email="soyte@example.vn"))
        assert (after.email, after.version) == ("soyte@example.vn", 2)
        for wrong in (unit, replace(after, name="Sở Y"), replace(after, successor=unit.id), replace(after, id=99)):
            with pytest.raises(Conflict):
                register.units.change(db, AREA, wrong)


def test_rules_and_days_of_the_office_count_in_place_of_the_shipped_ones(archive: Archive) -> None:
    matter = opened(archive, received_at=NOW)  # 5 August: 30 days end on Friday, 4 September
    rule = next(one for one in shipped_rules() if one.code == "press_request")
    with archive.begin() as db:
        law.set_day(db, AREA, Day(date(2026, 9, 4), "off", "Nghỉ thêm", "UBND"))
        assert [(one.id, due) for one, due in register.follow.stale(db)] == [(matter.id, end_of(date(2026, 9, 7)))]
        assert register.follow.refresh(db) == 1
        assert register.matters.get(db, matter.id).due_at == end_of(date(2026, 9, 7))
        assert register.matters.get(db, matter.id).version == matter.version, "nobody changed the matter"
        law.set_day(db, AREA, Day(date(2026, 9, 4), "normal", "Làm việc", "UBND"))
        law.set_rule(db, AREA, replace(rule, count=10), 0)
        register.follow.refresh(db)
        assert register.matters.get(db, matter.id).due_at == end_of(date(2026, 8, 17)), "15 August is a Saturday"
        with pytest.raises(Conflict, match="changed meanwhile"):
            law.set_rule(db, AREA, replace(rule, count=20), 0)
        law.set_rule(db, AREA, rule, 1, withdrawn=True)
        assert "press_request" not in law.load(db, AREA).kinds()
        assert law.load(db, AREA).due("press_request", NOW).until is None
        assert law.load(db, "Cà Mau").due("press_request", NOW).until == end_of(date(2026, 9, 4))


def test_a_rule_that_cannot_hold_is_not_kept(archive: Archive) -> None:
    rule = next(one for one in shipped_rules() if one.code == "press_request")
    for wrong in (replace(rule, count=0), replace(rule, count=500), replace(rule, code="twin")):
        with pytest.raises(UsageError), archive.begin() as db:
            law.set_rule(db, AREA, wrong, 0)
    with archive.read() as db:
        assert law.load(db, AREA).rules == shipped_rules()
        assert law.versions(db, AREA) == {}


def test_an_office_confirms_a_year(archive: Archive) -> None:
    received = at(24 * 140)  # 23 December 2026
    with archive.begin() as db:
        assert law.load(db, AREA).due("press_request", received).confirmed is False
        law.confirm_year(db, AREA, 2027, "Thông báo của Bộ Nội vụ")
        assert law.load(db, AREA).due("press_request", received).confirmed is True
        assert law.sources(db, AREA)[2027] == "Thông báo của Bộ Nội vụ"
        assert {day.day.year for day in law.days_of(db, AREA, 2027)} == {2027}


def test_the_press_log_counts_what_was_not_struck(archive: Archive) -> None:
    with archive.begin() as db:
        first = register.press_log.add(db, AREA, "conference", "2026-08-01", "Họp báo", "conference")
        register.press_log.add(db, AREA, "giao_ban", "2026-08-04", "Giao ban")
        assert len(register.press_log.entries(db, AREA, "2026-08-01", "2026-08-04")) == 2
        register.press_log.strike(db, AREA, first, NOW + timedelta(days=1))
        assert [entry.kind for entry in register.press_log.entries(db, AREA)] == ["giao_ban"]
        with pytest.raises(Conflict):
            register.press_log.strike(db, AREA, first, NOW)
