"""What an administrator keeps on pages: units with mergers and CSV, rules, days off; editors keep the press log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from pipeline.register import acts
from pipeline.register.acts import Office, Opening
from press.deadlines import end_of
from storage import register
from storage.people import audit
from storage.register.units import Unit
from tests.support.webhouse import House, house, token
from tests.web.register.test_matters import seen

pytestmark = pytest.mark.slow

HEAD = "name,kind,email,valid_from,valid_to,successor\n"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as found:
        with found.archive.begin() as db:
            register.units.add(db, "Sóc Trăng", [Unit("UBND xã Đại Ngãi", "commune"), Unit("Sở Y tế", "department")])
        yield found


def units(home: House) -> dict[str, Unit]:
    with home.archive.read() as db:
        return {one.name: one for one in register.units.all_units(db, "Sóc Trăng")}


def sent(client: TestClient, page: str, **given: object) -> Response:
    return client.post(f"/matters/{page}", data={"csrf": token(client.get("/me")), **given})


def imported(client: TestClient, text: str | bytes) -> Response:
    body = text.encode() if isinstance(text, str) else text
    form = {"csrf": token(client.get("/me"))}
    return client.post("/matters/units/import", data=form, files={"file": ("d.csv", body)})


def test_units_are_added_changed_and_merged(home: House) -> None:
    admin = home.browser("admin")
    assert sent(admin, "units", name="Công an", kind="vertical", email="ca@example.vn").status_code == 303
    old = units(home)["Sở Y tế"]
    given = {"number": old.id, "version": old.version, "name": "Sở Y tế", "kind": "department"}
    answer = sent(admin, "units", **given, successor="Công an")
    assert answer.status_code == 422
    assert "phải có ngày cuối" in seen(answer, ".problem")
    assert sent(admin, "units", **given, successor="Công an", valid_to="2026-07-31").status_code == 303
    assert "đã nhập vào Công an" in seen(admin.get("/matters/units"))
    answer = sent(admin, "units", **given, email="y@example.vn")
    assert answer.status_code == 409, "with the version of before"
    assert "vừa được người khác sửa" in seen(answer, ".problem")
    police = units(home)["Công an"]
    given = {"number": police.id, "version": police.version, "name": "Công an", "kind": "vertical"}
    answer = sent(admin, "units", **given, successor=str(old.id), valid_to="2026-07-31")
    assert answer.status_code == 422, "the other one does not stand any more"
    with home.archive.read() as db:
        assert [one.action for one in audit.entries(db) if one.action.startswith("unit ")] == [
            "unit changed",
            "unit added",
        ]
    for wrong in ({"email": "x"}, {"name": " "}, {"kind": "person"}, {"valid_from": "x"}, {"name": "Công an"}):
        assert sent(admin, "units", **{"name": "Sở Mới", "kind": "department", **wrong}).status_code == 422, wrong


def test_a_csv_of_units_is_taken_whole_or_not_at_all(home: House) -> None:
    admin = home.browser("admin")
    rows = (
        'Sở Y tế,department,soyte@example.vn,,2026-07-31,"Sở Y tế, Dân số"\n'
        '"Sở Y tế, Dân số",department,,2026-08-01,,\n'
    )
    assert imported(admin, "\ufeff" + HEAD + rows).status_code == 303
    after = units(home)
    assert after["Sở Y tế"].successor == after["Sở Y tế, Dân số"].id
    assert (after["Sở Y tế"].email, after["Sở Y tế"].version) == ("soyte@example.vn", 2)
    assert imported(admin, HEAD + rows).status_code == 303
    assert units(home) == after, "nothing new, nothing changed"
    good = "Sở Mới,department,,,,\n"
    for wrong, words in (
        (b"\xff\xfe\x00", "không dùng được"),
        ("a,b\n1,2\n", "Dòng đầu"),
        (f"{HEAD}{good}Sở A,department\n", "có dòng"),
        (f"{HEAD}{good}Sở A,person,,,,\n", "có dòng"),
        (f"{HEAD}{good}Sở A,department,không,,,\n", "có dòng"),
        (f"{HEAD}{good}Sở A,department,,31/8/2026,,\n", "có dòng"),
        (f"{HEAD}{good}{good}", "có dòng"),
        (f"{HEAD}{good}Sở A,department,,,,Sở Không Có\n", "Chưa ghi được"),
        (f"{HEAD}{good}" + "Sở A,department,,,,\n" * 3000, "có dòng"),
        (HEAD + "x" * 500_001, "không dùng được"),
        (f'{HEAD}"Sở A,department\n', "không dùng được"),
    ):
        answer = imported(admin, wrong)
        assert answer.status_code == 422
        assert words in seen(answer, ".problem")
    assert units(home) == after
    with home.archive.read() as db:
        assert len(audit.entries(db, action="units refused")) == 11


def test_a_rule_is_changed_and_open_deadlines_follow(home: House) -> None:
    admin = home.browser("admin")
    desk = Office(home.archive, home.settings, "lan@example.vn", home.clock())
    acts.open_matter(desk, Opening("press_request", "Phà", received=desk.now))
    form = {"code": "press_request", "series": "request", "what": "Báo yêu cầu", "starts": "khi nhận", "count": "10",
            "unit": "working_days", "clause": "Quy chế 1", "valid_from": "2026-07-01", "version": "0"}  # fmt: skip
    assert sent(admin, "rules", **form).status_code == 303
    with home.archive.read() as db:
        assert register.matters.by_number(db, desk.area, 2026, 1).due_at == end_of(date(2026, 8, 19))
    page = seen(admin.get("/matters/rules?code=press_request&since=2026-07-01"))
    assert "10 ngày làm việc" in page
    assert "Sửa quy định" in page
    assert sent(admin, "rules", **form).status_code == 409, "the version of before"
    form |= {"version": "1"}
    assert sent(admin, "rules", **form, act="withdraw").status_code == 303
    for wrong in (
        {"code": "twin"},
        {"count": "x"},
        {"count": "900", "unit": "days"},
        {"what": ""},
        {"valid_from": "x"},
    ):
        answer = sent(
            admin,
            "rules",
            **{**form, "code": "moi", "series": "request", "valid_from": "2026-01-01", "version": "0", **wrong},
        )
        assert answer.status_code == 422, wrong


def test_days_off_have_a_source_and_a_year_is_confirmed(home: House) -> None:
    admin, reader = home.browser("admin"), home.browser("reader")
    assert "Văn bản 12729/VPCP-KGVX" in seen(reader.get("/matters/days?year=2026"))
    assert "chưa được xác nhận" in seen(reader.get("/matters/days?year=2027"))
    day = {"day": "2027-02-12", "kind": "off", "name": "Nghỉ Tết"}
    assert "Xin ghi tên ngày và nguồn" in seen(sent(admin, "days", **day, source=" "), ".problem")
    assert sent(admin, "days", **day, source="TB 1/TB-BNV").status_code == 303
    assert sent(admin, "days", year="2027", source="TB 2/TB-BNV").status_code == 303
    page = seen(reader.get("/matters/days?year=2027"))
    assert "đã được xác nhận: TB 2/TB-BNV" in page
    assert "TB 1/TB-BNV" in page
    assert sent(admin, "days", day="x", name="A", source="B").status_code == 422


def test_the_press_log_is_kept_by_editors(home: House) -> None:
    editor = home.browser("editor")
    assert sent(editor, "log", kind="giao_ban", day="2026-08-04", subject="Giao ban", form="talks").status_code == 303
    page = seen(editor.get("/matters/log"))
    assert "04/8/2026 giao ban báo chí Giao ban" in page.replace(" Ghi nhầm, bỏ đi", "") or "giao ban báo chí" in page
    for wrong in ({"day": "2026-08-09"}, {"day": ""}, {"subject": " "}, {"kind": "x"}):
        answer = sent(editor, "log", **{"kind": "conference", "day": "2026-08-04", "subject": "Họp báo", **wrong})
        assert answer.status_code == 422, wrong
    assert sent(editor, "log/1/strike").status_code == 303
    assert "Chưa ghi mục nào." in seen(editor.get("/matters/log"))


def test_who_may_change_what(home: House) -> None:
    admin, editor, reader = (home.browser(role) for role in ("admin", "editor", "reader"))
    for page in ("units", "rules", "days", "log", "reports"):
        assert reader.get(f"/matters/{page}").status_code == 200
        assert sent(reader, page).status_code == 403
    for page in ("units", "rules", "days", "units/remind"):
        assert sent(editor, page).status_code == 403
    assert imported(editor, HEAD).status_code == 403
    assert "Đang tắt" in seen(admin.get("/matters/units"))
    assert sent(admin, "units/remind", on="on").status_code == 303
    assert "Đang bật" in seen(admin.get("/matters/units"))
    admin.post("/language", data={"to": "en", "next": "/"})
    for page, words in (("units", "Stop reminding units"), ("rules", "working days"), ("days", "Days off 2026")):
        assert words in seen(admin.get(f"/matters/{page}"))
