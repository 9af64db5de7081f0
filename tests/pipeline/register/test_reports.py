"""Reports of the register: figures as independent SQL has them, kept as they were made; the weekly list by groups."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text

from errors import UsageError
from pipeline.export import reports as files
from pipeline.register import acts, annual, reports, weekly
from pipeline.register.acts import Office, Opening
from pipeline.register.reports import Asked
from storage import Archive, open_archive, register
from storage.people import audit
from storage.register.matters import Letter
from tests.support.registerhouse import furnished, moment, office

pytest_plugins = ["tests.support.databases"]
#: line -> (kinds that count under the law before 1 July 2026, and since; what of them is done)
BY_HAND = {
    "I.3": (("old_request",), ("press_request", "press_question"), "answered"),
    "I.4": ((), ("cross_area", "major_event", "divided_opinion", "press_question"), "answered"),
    "I.4 theo 09/2017": (("old_event",), (), "answered"),
    "I.5": ((), ("major_event", "divided_opinion"), "in_time"),
    "I.5 theo 09/2017": (("old_event",), (), "in_time"),
    "I.6": ((), ("false_report",), "written"),
}
#: rules of one series: what a kind is called under the other law
SERIES = {
    "press_request": "old_request", "old_request": "press_request", "major_event": "old_event",
    "old_event": "major_event",
}  # fmt: skip


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> Path:
    folder = tmp_path_factory.mktemp("year")
    shutil.copy(empty_sqlite, folder / "a.db")
    with open_archive(f"sqlite:///{folder / 'a.db'}") as archive:
        furnished(archive, folder)
    return folder


@pytest.fixture
def archive(year: Path, tmp_path: Path) -> Iterator[Archive]:
    shutil.copy(year / "a.db", tmp_path / "a.db")
    with open_archive(f"sqlite:///{tmp_path / 'a.db'}") as found:
        yield found


def counted_by_sql(archive: Archive, kinds: tuple[str, ...], first: str, before: str, done: str) -> tuple[int, int]:
    """Count matters and those done, in plain SQL; instants are UTC texts, a day begins at 17:00 the day before."""
    named = ", ".join(f"'{kind}'" for kind in kinds) or "''"
    how = {
        "answered": "1",
        "in_time": "received_at IS NOT NULL AND julianday(answered_at) <= julianday(received_at) + 1.0000001",
        "written": "answer_form = 'written'",
    }[done]
    query = (
        f"SELECT count(*), coalesce(sum(answered_at IS NOT NULL AND answered_at < '2026-12-14 17:00:00' AND {how}), 0) "
        f"FROM matters WHERE kind IN ({named}) AND merged_into IS NULL "
        f"AND coalesce(received_at, opened_at) >= '{first}' AND coalesce(received_at, opened_at) < '{before}'"
    )
    with archive.read() as db:
        of, count = db.execute(text(query)).one()
    return int(count), int(of)


def test_the_figures_of_the_year_are_those_of_independent_sql(archive: Archive, tmp_path: Path) -> None:
    told = reports.plan(office(archive, tmp_path, "2026-12-16T09:00"), Asked("annual", year=2026))
    assert [line["line"] for line in told["figures"]] == ["I.1", "I.2", *BY_HAND]
    spans = (("2025-12-14 17:00:00", "2026-06-30 17:00:00"), ("2026-06-30 17:00:00", "2026-12-14 17:00:00"))
    by_line = {line["line"]: line for line in told["figures"]}
    seen = 0
    for name, (old, new, done) in BY_HAND.items():
        line, expected = by_line[name], []
        for (first, before), kinds in zip(spans, (old, new), strict=True):
            alike = kinds + tuple(SERIES[kind] for kind in kinds if kind in SERIES)
            expected.append(counted_by_sql(archive, alike, first, before, done))
        assert [(part["count"], part["of"]) for part in line["parts"]] == expected, name
        assert (line["count"], line["of"]) == (sum(one[0] for one in expected), sum(one[1] for one in expected))
        for figure in (line, *line["parts"]):
            assert (len(figure["matters"]["count"]), len(figure["matters"]["of"])) == (figure["count"], figure["of"])
            assert set(figure["matters"]["count"]) <= set(figure["matters"]["of"]) <= set(told["matters"])
        seen += line["of"]
    assert seen > 20
    assert any(0 < line["count"] < line["of"] for line in told["figures"][2:]), "some are late"
    with archive.read() as db:
        logs = {
            kind: db.execute(text(f"SELECT count(*) FROM press_log WHERE kind = '{kind}' AND day >= '2025-12-15' "
                                  "AND day <= '2026-12-14' AND struck_at IS NULL")).scalar_one()
            for kind in ("conference", "giao_ban")
        }  # fmt: skip
    assert (by_line["I.1"]["count"], by_line["I.2"]["count"]) == (logs["conference"], logs["giao_ban"]) == (2, 2)
    assert [part["count"] for part in by_line["I.1"]["parts"]] == [1, 1]


def test_the_form_follows_the_law_of_the_year() -> None:
    assert [(str(part.first), str(part.last), part.law) for part in annual.parts(2026)] == [
        ("2025-12-15", "2026-06-30", "09/2017/NĐ-CP"),
        ("2026-07-01", "2026-12-14", "244/2026/NĐ-CP"),
    ]
    assert [len(annual.parts(year)) for year in (2025, 2026, 2027)] == [1, 2, 1]
    assert annual.due(2026) == date(2026, 12, 19)
    assert reports.days_left(2026, moment("2026-12-19T23:59")) == 0


def test_every_day_of_a_year_lies_in_one_part() -> None:
    for year in range(2024, 2030):
        first, last = annual.period(year)
        days = [
            part.first + timedelta(n) for part in annual.parts(year) for n in range((part.last - part.first).days + 1)
        ]
        assert days == [first + timedelta(n) for n in range((last - first).days + 1)]
        assert annual.period(year + 1)[0] == last + timedelta(days=1)


def test_a_kept_report_stays_when_matters_change_and_the_page_can_tell(archive: Archive, tmp_path: Path) -> None:
    desk = office(archive, tmp_path, "2026-12-16T09:00")
    made = reports.make(desk, Asked("annual", year=2026))
    assert reports.make(desk, Asked("annual", year=2026)).id == made.id, "nothing changed: the same report"
    assert reports.moved(desk, made) == []
    line = next(one for one in made.told["figures"] if one["line"] == "I.3")
    late = next(name for name in line["matters"]["of"] if name not in line["matters"]["count"])
    acts.answer(desk, late, at=moment("2026-12-14T10:00"))
    with archive.read() as db:
        assert register.reports.get(db, desk.area, made.id).told == made.told
    count, of = line["count"], line["of"]
    assert ("I.3", f"{count}/{of}", f"{count + 1}/{of}") in reports.moved(desk, made)
    other = reports.make(desk, Asked("annual", year=2026))
    assert other.id != made.id
    behind = {row["number"]: row for row in reports.behind(made, "I.3", "of")}
    assert (len(behind), behind[late]["answered"]) == (of, None)
    assert list(reports.behind(made, "I.3", "of", part=7)) == list(reports.behind(made, "IX")) == []
    with archive.read() as db:
        assert [entry.target for entry in audit.entries(db, action="report made")] == [str(other.id), str(made.id)]
        assert register.reports.broken(db) == []
    with archive.begin() as db:
        db.execute(text("UPDATE reports SET sha256 = 'x' WHERE id = :id"), {"id": made.id})
    with archive.read() as db:
        assert register.reports.broken(db) == [made.id]


def test_an_answer_after_the_last_day_does_not_count(archive: Archive, tmp_path: Path) -> None:
    desk = office(archive, tmp_path, "2026-12-16T09:00")
    before = reports.plan(desk, Asked("annual", year=2026))
    line = next(one for one in before["figures"] if one["line"] == "I.3")
    late = next(name for name in line["matters"]["of"] if name not in line["matters"]["count"])
    acts.answer(desk, late)  # on 16 December
    after = reports.plan(desk, Asked("annual", year=2026))
    assert [(one["count"], one["of"]) for one in after["figures"]] == [
        (one["count"], one["of"]) for one in before["figures"]
    ]


@pytest.fixture
def week(tmp_path: Path, empty_sqlite: Path) -> Iterator[Office]:
    shutil.copy(empty_sqlite, tmp_path / "a.db")
    with open_archive(f"sqlite:///{tmp_path / 'a.db'}") as archive:
        early, in_week = (office(archive, tmp_path, day) for day in ("2026-07-20T09:00", "2026-08-04T09:00"))
        for number in range(1, 7):
            desk = in_week if number == 5 else early
            wanted = Opening("feedback", "Dân chờ phà", received=desk.now) if number == 5 else Opening("ordered", "Phà")
            acts.open_matter(desk, wanted)
        acts.assign(
            early, "2", lead="xã Đại Ngãi", letter=Letter("order", "9/UBND", "2026-07-20"), until=date(2026, 7, 31)
        )
        acts.assign(early, "3", lead="Sở Y tế", until=date(2026, 8, 31))
        acts.answer(early, "3", letter=Letter("answer", "5/TL", "2026-07-20"))
        acts.change(in_week, "3", {"state": "in_progress"})
        acts.close(in_week, "4", "Bến phà chạy lại")
        acts.close(early, "6", "Xong từ trước")
        yield office(archive, tmp_path, "2026-08-06T15:00")


def grouped(told: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [row["number"] for row in rows] for name, rows in told["groups"].items()}


def test_the_weekly_list_has_each_matter_in_its_group(week: Office) -> None:
    told = reports.plan(week, Asked("weekly", first=date(2026, 7, 31), last=date(2026, 8, 6)))
    assert grouped(told) == {
        "new": ["5/2026"], "in_progress": ["1/2026"], "done": ["4/2026"], "late": ["3/2026", "2/2026"],
    }  # fmt: skip
    assert [(one["line"], one["count"], one["matters"]["count"]) for one in told["figures"]] == [
        (str(n), len(numbers), numbers) for n, numbers in enumerate(grouped(told).values(), 1)
    ]
    late = told["groups"]["late"][1]
    assert (late["clause"], late["days_late"], late["order"]) == (
        "Văn bản 9/UBND",
        6,
        {"number": "9/UBND", "date": "2026-07-20"},
    )
    assert weekly.cells(late)[2:5] == ["UBND xã Đại Ngãi", "9/UBND, 20/7/2026", "31/7/2026"]
    assert weekly.cells(late)[-1] == "quá hạn 6 ngày"
    assert weekly.cells(told["groups"]["late"][0])[-1] == "trả lời chưa đạt, làm lại"
    earlier = reports.plan(week, Asked("weekly", first=date(2026, 7, 17), last=date(2026, 7, 30)))
    assert grouped(earlier)["done"] == ["6/2026"]
    assert set(grouped(earlier)["new"]) == {"1/2026", "2/2026", "4/2026"}, "not late yet, or not done yet by then"
    with pytest.raises(UsageError, match="a list is of"):
        reports.plan(week, Asked("weekly", first=date(2026, 8, 6), last=date(2026, 8, 5)))


def test_the_weekly_list_names_the_letter_that_asked(week: Office) -> None:
    acts.change(week, "5", {}, letter=Letter("", "15/CV-TS", "2026-08-04"))
    told = reports.plan(week, Asked("weekly", first=date(2026, 7, 31), last=date(2026, 8, 6)))
    (row,) = told["groups"]["new"]
    assert weekly.cells(row)[1] == "văn bản 15/CV-TS, 04/8/2026"
    paper = {**row, "outlet": "Báo Một", "published": "2026-08-03", "reports": 2}
    assert weekly.cells(paper)[1] == "Báo Một, 03/8/2026 (và 1 bài khác); văn bản 15/CV-TS, 04/8/2026"
    del row["asked"]
    assert weekly.cells(row)[1] == "", "a list that was made before letters were told"


def test_the_weekly_list_tells_what_moved_on(week: Office) -> None:
    made = reports.make(week, Asked("weekly", first=date(2026, 7, 31), last=date(2026, 8, 6)))
    acts.close(week, "2", "Đã trả lời")
    assert reports.moved(week, made) == [("3", "1", "2"), ("4", "2", "1")]
    later = replace(week, now=week.now + timedelta(minutes=1))
    made = reports.make(later, Asked("weekly", first=date(2026, 7, 31), last=date(2026, 8, 6)))
    assert reports.moved(later, made) == []
    number = next(iter(grouped(made.told)["late"]))
    acts.change(replace(week, now=later.now + timedelta(minutes=1)), number, {"subject": "Việc khác"})
    assert reports.moved(later, made) == [("4", "1", "1")], "no figure is another, but what stands behind one"


def test_the_workbooks_are_read_back(week: Office, tmp_path: Path) -> None:
    (tmp_path / "w.xlsx").write_bytes(files.made(week, reports.make(week, Asked("weekly")), "xlsx"))
    rows = list(openpyxl.load_workbook(tmp_path / "w.xlsx").worksheets[0].iter_rows(values_only=True))
    assert rows[2][:3] == ("STT", "Sự việc", "Báo, ngày")
    assert [row[0] for row in rows if row[0] and str(row[0])[0] in "1234" and "." in str(row[0])] == [
        "1. Sự việc mới: 1", "2. Sự việc đang xử lý: 1", "3. Sự việc đã xong, có kết quả: 1",
        "4. Chưa báo cáo, chậm hoặc trả lời chưa đạt, theo đơn vị: 2",
    ]  # fmt: skip
    made = reports.make(week, Asked("annual", year=2026, proposals="=1+1"))
    (tmp_path / "a.xlsx").write_bytes(files.made(week, made, "xlsx"))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    lines = {row[0]: row[2:5] for row in book["Báo cáo"].iter_rows(min_row=4, values_only=True)}
    for figure in made.told["figures"]:
        said = [annual.said(one) for one in (*figure["parts"], figure)]
        assert [str(value) for value in lines[figure["line"]]] == said
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
