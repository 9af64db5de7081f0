"""`diembao matter`, `units`, `press-log`: the way of a matter from the command line, with the contract's objects."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli import main
from storage import open_archive
from storage.coverage.stories import Membership, assign
from tests.support.archives import NOW, link, store

pytest_plugins = ["tests.support.databases"]
TODAY = "2026-08-05T10:00:00+07:00"
CONTRACT = {
    *("number", "subject", "state", "kind", "field", "places", "units", "articles", "letters", "deadlines"),
    *("overdue", "due_soon", "answer", "outlet_after", "result"),
}


class Desk:
    """The command line of one office."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.settings, self.capsys = folder / "settings.toml", capsys
        self.settings.write_text(
            f'[storage]\nurl = "sqlite:///{folder / "a.db"}"\n[crawl]\ncontact = "https://example.vn/"\n', "utf-8"
        )

    def ask(self, *words: str, now: str = TODAY, code: int = 0) -> list[dict[str, Any]]:
        """Run a command with --json; return its objects."""
        args = [*words, "--json", "--settings", str(self.settings), "--now", now]
        assert main(args) == code, self.capsys.readouterr().err
        return [json.loads(line) for line in self.capsys.readouterr().out.splitlines()]

    def one(self, *words: str, now: str = TODAY) -> dict[str, Any]:
        (row,) = self.ask(*words, now=now)
        return row

    def wrong(self, *words: str, code: int, now: str = TODAY) -> str:
        assert main([*words, "--settings", str(self.settings), "--now", now]) == code
        ended = self.capsys.readouterr()
        assert ended.out == ""
        (line,) = ended.err.strip().splitlines()
        return line


@pytest.fixture
def desk(tmp_path: Path, empty_sqlite: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    shutil.copy(empty_sqlite, tmp_path / "a.db")
    with open_archive(f"sqlite:///{tmp_path / 'a.db'}") as archive:
        store(archive, link(1), title="Phà Đại Ngãi ngừng chạy")
        store(archive, link(2, "bao-hai"), title="Dân chờ phà")
        with archive.begin() as db:
            assign(db, [Membership(1, None)], NOW)
            assign(db, [Membership(2, 1)], NOW)
    return Desk(tmp_path, capsys)


def test_the_way_of_a_matter(desk: Desk) -> None:
    request = ("--kind", "press_request", "--received", "2026-08-04T09:00+07:00", "--letter", "12/CV", "--date")
    made = desk.one("matter", "open", "--story", "1", *request, "2026-08-03")
    assert made.keys() > CONTRACT
    assert (made["number"], made["state"], made["field"]) == ("1/2026", "new", "environment")
    assert made["places"] == ["Lịch Hội Thượng"]
    assert [article["first"] for article in made["articles"]] == [True, False]
    letter = {"kind": "request", "number": "12/CV", "date": "2026-08-03", "received": "2026-08-04"}
    assert letter.items() <= made["letters"][0].items()

    order = ("--letter", "99/UBND", "--date", "2026-08-05", "--until", "2026-08-20")
    given = desk.one("matter", "assign", "1", "--lead", "xã Đại Ngãi", "--with", "Sở Xây dựng", "Công an", *order)
    assert given["state"] == "assigned"
    assert given["units"] == {"lead": "UBND xã Đại Ngãi", "with": ["Sở Xây dựng", "Công an"]}
    told = [(term["rule"], term["clause"], term["until"], term["applies"]) for term in given["deadlines"]]
    assert told == [
        ("press_request", "237/2026 Đ18 k1", "2026-09-03T23:59:59+07:00", False),
        ("letter", "Văn bản 99/UBND", "2026-08-20T23:59:59+07:00", True),
    ]
    assert given["deadlines"][1]["from"] == "2026-08-05T00:00:00+07:00"

    for now, marks in (
        ("2026-08-14T10:00:00+07:00", (False, False)),
        ("2026-08-17T10:00:00+07:00", (False, True)),  # Monday: three working days before Thursday
        ("2026-08-20T23:59:59+07:00", (False, True)),
        ("2026-08-21T00:00:00+07:00", (True, False)),
    ):
        shown = desk.one("matter", "show", "1", now=now)
        assert (shown["overdue"], shown["due_soon"]) == marks, now
    late = desk.ask("matter", "list", "--overdue", now="2026-08-21T10:00:00+07:00")
    assert [row["number"] for row in late] == ["1/2026"]
    assert desk.ask("matter", "list", "--overdue") == []

    working = desk.one("matter", "change", "1/2026", "--state", "in_progress", "--field", "infrastructure")
    assert (working["state"], working["field"]) == ("in_progress", "infrastructure")
    said = ("--letter", "5/TL", "--date", "2026-08-10", "--to", "Báo Một", "--form", "written")
    answered = desk.one("matter", "answer", "1", *said, now="2026-08-11T10:00:00+07:00")
    assert answered["answer"] == {
        "at": "2026-08-11T10:00:00+07:00", "letter": "5/TL", "date": "2026-08-10", "form": "written", "to": "Báo Một",
    }  # fmt: skip
    after = ("--outlet-after", "published", "--outlet-after-on", "2026-08-12")
    assert desk.one("matter", "change", "1", *after)["outlet_after"] == {"what": "published", "date": "2026-08-12"}
    closed = desk.one("matter", "close", "1", "--result", "Bến chạy lại")
    assert (closed["state"], closed["result"], closed["overdue"]) == ("done", "Bến chạy lại", False)
    assert [row["number"] for row in desk.ask("matter", "list", "--state", "done")] == ["1/2026"]
    acts = [row["action"] for row in desk.ask("audit") if row["target"] == "1/2026"]
    assert acts == [
        "matter closed", "matter changed", "matter answered", "matter changed", "matter assigned", "matter opened",
    ]  # fmt: skip


def test_an_article_starts_no_clock(desk: Desk) -> None:
    made = desk.one("matter", "open", "--article", "2", "--kind", "feedback")
    (term,) = made["deadlines"]
    assert (made["subject"], term["until"], term["from"]) == ("Dân chờ phà", None, None)
    assert term["why"] == "not stated yet: receipt of what was forwarded"
    (term,) = desk.one("matter", "change", "1", "--received", "2026-08-03T08:00+07:00")["deadlines"]
    assert (term["until"], term["applies"]) == ("2026-08-22T23:59:59+07:00", True), "the 15th is a Saturday worked"


def test_matters_are_merged_passed_on_and_refused(desk: Desk) -> None:
    for subject in ("Một", "Hai", "Ba", "Bốn"):
        desk.one("matter", "open", "--subject", subject, "--kind", "ordered")
    desk.one("matter", "change", "2", "--article", "2")
    stayed = desk.one("matter", "merge", "2", "INTO", "1/2026")
    assert (stayed["number"], [article["id"] for article in stayed["articles"]]) == ("1/2026", [2])
    assert desk.one("matter", "show", "2")["merged_into"] == "1/2026"
    assert desk.one("matter", "pass", "3", "--to", "Sở Y tế")["passed_to"] == "Sở Y tế"
    assert desk.one("matter", "refuse", "4", "--ground", "Bí mật nhà nước")["ground"] == "Bí mật nhà nước"
    states = {row["number"]: row["state"] for row in desk.ask("matter", "list")}
    assert states == {"1/2026": "new", "2/2026": "merged", "3/2026": "passed_on", "4/2026": "refused"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("matter", "open", "--kind", "feedback"), 2, "--story, --article or --subject"),
        (("matter", "open", "--subject", "X", "--kind", "rumour"), 2, "press_request"),
        (("matter", "open", "--story", "99", "--kind", "feedback"), 1, "no story 99"),
        (("matter", "open", "--article", "99", "--kind", "feedback"), 1, "no article 99"),
        (("matter", "open", "--subject", "X", "--kind", "feedback", "--field", "x"), 2, "fields are government"),
        (("matter", "show", "9"), 1, "no matter 9/2026"),
        (("matter", "show", "x"), 2, "no number"),
        (("matter", "assign", "1", "--lead", "Sở Y té"), 2, "perhaps: Sở Y tế"),
        (("matter", "assign", "1", "--lead", "Sở Y tế", "--link", "javascript:1"), 2, "https://"),
        (("matter", "answer", "1", "--at", "2027-01-01T00:00+07:00"), 2, "future"),
        (("matter", "close", "1", "--result", " "), 2, "result is needed"),
        (("matter", "merge", "1", "into", "1"), 1, "cannot be merged"),
        (("matter", "change", "1"), 2, "nothing to change"),
        (("press-log", "add", "--kind", "conference"), 2, "--subject"),
        (("press-log", "add", "--kind", "conference", "--date", "2026-08-06", "--subject", "X"), 2, "future"),
        (("press-log", "strike", "7"), 1, "no entry 7"),
        (("deadline", "rumour", "--from", "2026-08-05T00:00Z", "--archive"), 2, "no rule"),
    ],
)
def test_what_cannot_be_done_is_one_line(desk: Desk, words: tuple[str, ...], code: int, said: str) -> None:
    before = desk.one("matter", "open", "--subject", "Việc", "--kind", "ordered")
    assert said in desk.wrong(*words, code=code)
    assert desk.ask("matter", "list") == [before]


def test_units_are_those_of_the_area_and_the_usual_departments(desk: Desk) -> None:
    units = desk.ask("units")
    communes = [unit["name"] for unit in units if unit["kind"] == "commune"]
    assert len(communes) == 43, "the communes of old Sóc Trăng since 1 July 2025"
    assert {"UBND xã Đại Ngãi", "UBND phường Sóc Trăng"} <= set(communes)
    assert {"Sở Y tế", "Công an"} <= {unit["name"] for unit in units}
    assert desk.ask("units") == units, "filled once"
    assert not {"person", "contact", "phone"} & units[0].keys()


def test_the_press_log_is_added_to_listed_and_struck(desk: Desk) -> None:
    entry = desk.one("press-log", "add", "--kind", "giao_ban", "--date", "2026-08-04", "--subject", "Giao ban tháng 7")
    assert entry == {"id": 1, "kind": "giao_ban", "date": "2026-08-04", "subject": "Giao ban tháng 7", "form": None}
    assert desk.ask("press-log", "list", "--from", "2026-08-05") == []
    assert desk.ask("press-log", "list", "--to", "2026-08-04") == [entry]
    desk.ask("press-log", "strike", "1")
    assert desk.ask("press-log", "list") == []


def test_the_office_counts_by_its_own_rules_with_archive(desk: Desk) -> None:
    words = ("deadline", "feedback", "--from", "2026-08-14T08:00+07:00")
    assert desk.one(*words) == desk.one(*words, "--archive")
    folder = desk.settings.parent
    with open_archive(f"sqlite:///{folder / 'a.db'}") as archive, archive.begin() as db:
        from datetime import date

        from press.workdays import Day
        from storage.register import law

        law.set_day(db, "Sóc Trăng", Day(date(2026, 9, 8), "off", "Nghỉ thêm", "UBND"))
    assert desk.one(*words)["until"].startswith("2026-09-08")
    assert desk.one(*words, "--archive")["until"].startswith("2026-09-09")


def test_reports_are_made_kept_and_written(desk: Desk) -> None:
    desk.one("matter", "open", "--story", "1", "--kind", "press_request", "--received", "2026-08-04T09:00+07:00")
    weekly = desk.one("report", "weekly", "--from", "2026-08-01", "--to", "2026-08-05")
    assert (weekly["report"], weekly["figures"][0]["matters"]["count"]) == ("weekly", ["1/2026"])
    annual = desk.one("report", "annual", "--year", "2026", "--format", "json")
    line = next(one for one in annual["figures"] if one["line"] == "I.3")
    assert (line["count"], line["of"], line["matters"]) == (0, 1, {"count": [], "of": ["1/2026"]})
    assert (annual["from"], annual["to"], annual["due"], annual["days_left"]) == (
        "2025-12-15", "2026-12-14", "2026-12-19", 136,
    )  # fmt: skip
    assert [(row["id"], row["report"]) for row in desk.ask("report", "list")] == [(2, "annual"), (1, "weekly")]
    assert desk.one("report", "show", "1") == weekly
    folder = desk.settings.parent
    for form, start in (("docx", b"PK"), ("xlsx", b"PK"), ("json", b"{")):
        out = folder / f"a.{form}"
        args = ["report", "annual", "--year", "2026", "--format", form, "--out", str(out)]
        assert main([*args, "--settings", str(desk.settings), "--now", TODAY]) == 0
        assert out.read_bytes().startswith(start)
    assert main(["report", "template", "weekly", "--out", str(folder / "t.docx")]) == 0
    assert (folder / "t.docx").stat().st_size > 1000
    assert "first one first" in desk.wrong("report", "weekly", "--from", "2026-08-05", "--to", "2026-08-01", code=2)
    assert "no report 9" in desk.wrong("report", "show", "9", code=1)


def test_a_person_reads_both_deadlines(desk: Desk) -> None:
    desk.one("matter", "open", "--article", "1", "--kind", "press_request", "--received", "2026-08-04T09:00+07:00")
    desk.one("matter", "assign", "1", "--lead", "Công an", "--until", "2026-08-20")
    assert main(["matter", "show", "1", "--settings", str(desk.settings), "--now", "2026-08-21T10:00:00+07:00"]) == 0
    said = desk.capsys.readouterr().out
    words = ("OVERDUE", "* letter", "press_request 237/2026 Đ18 k1: until 2026-09-03", "first report", "Công an")
    assert [word for word in words if word not in said] == []
