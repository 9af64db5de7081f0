from __future__ import annotations

import csv
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from analysis.places.area import area_of
from analysis.places.gazetteer import COMMUNE, DISTRICT, FILE, LANDMARK, PROVINCE, Gazetteer, load_gazetteer

pytestmark = pytest.mark.slow

G = load_gazetteer()


def count(name: str, level: int, *, old: bool) -> int:
    return sum(G.units[i].level == level and bool(G.units[i].valid_to) == old for i in area_of(G, name).units)


def titles(indices: frozenset[int]) -> set[str]:
    return {G.units[i].title for i in indices}


def test_whole_country_before_and_after() -> None:
    levels = Counter((unit.level, bool(unit.valid_to)) for unit in G.units if unit.code)
    assert levels[PROVINCE, True] == 63
    assert levels[PROVINCE, False] == 34
    assert levels[COMMUNE, False] == 3321
    assert levels[DISTRICT, True] == 696
    assert levels[DISTRICT, False] == 0


def test_key_is_code_and_beginning() -> None:
    keys = Counter((u.code, u.level, u.valid_from) for u in G.units if u.code and u.level != LANDMARK)
    assert [key for key, number in keys.items() if number > 1] == [("31522", COMMUNE, "")] or max(keys.values()) == 1
    named = {(u.name, u.valid_from, u.valid_to) for u in G.units if u.code == "31522"}
    assert ("Phường 9", "", "2024-08-31") in named
    assert ("Phường 1", "2024-09-01", "2025-06-30") in named


def test_abolished_province_keeps_its_last_territory() -> None:
    area = area_of(G, "Sóc Trăng")
    assert count("Sóc Trăng", PROVINCE, old=True) == 1
    assert count("Sóc Trăng", DISTRICT, old=True) == 11
    assert count("Sóc Trăng", COMMUNE, old=True) == 109
    assert count("Sóc Trăng", COMMUNE, old=False) == 43
    assert count("Sóc Trăng", PROVINCE, old=False) == 0, "never widened to the successor"
    assert titles(area.wider) == {"TP Cần Thơ"}
    assert "chùa Dơi" in titles(area.units)


def test_name_in_use_means_today() -> None:
    assert count("Cần Thơ", COMMUNE, old=False) == 103
    assert {"tỉnh Hậu Giang", "tỉnh Sóc Trăng"} <= titles(area_of(G, "Cần Thơ").units)
    assert {"tỉnh Bến Tre", "tỉnh Trà Vinh"} <= titles(area_of(G, "Vĩnh Long").units)
    assert count("Vĩnh Long", COMMUNE, old=False) == 124
    assert not area_of(G, "Vĩnh Long").wider


def test_old_namesake_of_a_name_in_use() -> None:
    old = area_of(G, "Cần Thơ (trước 2025-07-01)")
    assert "tỉnh Sóc Trăng" not in titles(old.units)
    assert not old.units & area_of(G, "Sóc Trăng").units
    assert old.units < area_of(G, "Cần Thơ").units
    assert titles(old.wider) == {"TP Cần Thơ"}


def test_the_parts_of_today_are_the_whole() -> None:
    new = {i for i in area_of(G, "Cần Thơ").units if G.units[i].level == COMMUNE and not G.units[i].valid_to}
    parts = [area_of(G, name).units & new for name in ("Cần Thơ (trước 2025-07-01)", "Hậu Giang", "Sóc Trăng")]
    assert frozenset().union(*parts) == new
    assert sum(map(len, parts)) == len(new)


@pytest.mark.parametrize("name", sorted({unit.name for unit in G.units if unit.level == PROVINCE and unit.code}))
def test_every_province_is_an_area(name: str) -> None:
    area = area_of(G, name)
    assert any(G.units[i].level == COMMUNE and not G.units[i].valid_to for i in area.units)
    assert any(G.units[i].level == DISTRICT for i in area.units)
    assert area.named_in(f"Ngày 4/8, tại {name} có mưa.")


@pytest.mark.parametrize("written", ["tỉnh Sóc Trăng", "Sóc Trăng", " sóc trăng".title(), "So\u0301c Tra\u0306ng"])
def test_setting_is_read_kindly(written: str) -> None:
    assert area_of(G, written).name == "Sóc Trăng"


def test_other_spellings_of_settings() -> None:
    assert area_of(G, "TP. Cần Thơ").name == "Cần Thơ"
    assert area_of(G, "Thừa Thiên Huế").name == "Huế"
    assert area_of(G, "Khánh Hoà").name == "Khánh Hòa"


@pytest.mark.parametrize(
    ("wrong", "near"), [("Soc Trang", "Sóc Trăng"), ("Sóc Trang", "Sóc Trăng"), ("Dak Lac", "Đắk Lắk")]
)
def test_unknown_name_is_an_error_with_suggestions(wrong: str, near: str) -> None:
    with pytest.raises(ValueError, match=near):
        area_of(G, wrong)


def test_nonsense_is_an_error() -> None:
    for wrong in ("", "   ", "Atlantis", "(trước 2025-07-01)", "Sóc Trăng (trước 1900-01-01"):
        with pytest.raises(ValueError, match="no province"):
            area_of(G, wrong)


def test_old_communes_have_heirs_and_heirs_have_origins() -> None:
    without = [u.title for u in G.units if u.level == COMMUNE and u.valid_to and not u.successors]
    assert without == []
    new = [i for i, u in enumerate(G.units) if u.level == COMMUNE and not u.valid_to]
    assert sum(bool(G.origins.get(i)) for i in new) > 0.99 * len(new)


def test_home_of_an_outlet() -> None:
    soc_trang, can_tho = G.provinces["Sóc Trăng"][0], set(G.provinces["Cần Thơ"])
    assert G.home("baosoctrang") == {soc_trang}
    assert G.home("soctrangtv") == {soc_trang}
    assert G.home("Đài PT-TH Sóc Trăng") == {soc_trang}
    assert G.home("Báo Cần Thơ") == can_tho
    assert G.home("VnExpress") == frozenset()


def test_loads_fast() -> None:
    best = 9.0
    for _ in range(3):
        started = time.process_time()
        load_gazetteer.__wrapped__(FILE)
        best = min(best, time.process_time() - started)
    assert best < 0.5, "about 0.13 s on an idle machine"


def test_prescreen_is_fast_and_generous() -> None:
    area = area_of(G, "Sóc Trăng")
    assert area.named_in("Hội nghị ở TP Cần Thơ"), "the province it lies in today may speak of it"
    assert area.named_in("các xã Phú Tâm, An Ninh")
    assert area.named_in("SẠT LỞ Ở CÙ LAO DUNG")
    assert area.named_in("xã Hoà Tú")
    assert area.named_in("Soc Trang province")
    assert not area.named_in(
        "kế sách lâu dài, trung bình mỗi năm, an ninh trật tự; tỉnh Khánh Hòa, dữ liệu từ bà Trịnh"
    )
    page = "Ngày 4/8, Sở Y tế Hà Nội cho biết tại phường Hoàn Kiếm và xã Đông Anh có mưa. " * 40
    started = time.process_time()
    for _ in range(50):
        area.named_in(page)
    assert (time.process_time() - started) / 50 < 0.005, "about 0.2 ms on an idle machine"


def test_prescreen_knows_english_names_in_english_pages_only() -> None:
    area = area_of(G, "Sóc Trăng")
    english = "Heavy rain closed the crossing on Monday, and passengers had to wait until the afternoon. " * 3
    for named in ("in Vinh Chau", "of Dai Ngai's ferry", "at VINH PHUOC Ward", "near Lich Hoi Thuong"):
        assert area.named_in(f"{english} It happened {named}."), named
        assert area.named_in(f"Tiếng Việt | Trang chủ | English\n{english} It happened {named}."), named
    assert not area.named_in(f"{english} It happened in Nha Trang and Da Lat.")
    vietnamese = "Mưa lớn khiến bến đò phải đóng cửa, hành khách đợi đến chiều muộn mới qua sông được. " * 3
    assert not area.named_in(f"{vietnamese} Ông Dai Ngai và bà Vinh Phuoc đều vui.")


def test_data_file_is_checked(tmp_path: Path) -> None:
    build = pytest.importorskip("analysis.places.gazetteer_build")
    rows = [["94", 1, "tỉnh", "Sóc Trăng", -1, "", "", []]]
    good: dict[str, Any] = {"landmark": [], "spelling": {}, "khmer": {}, "outlets": {}, "former": {}, "ignore": []}
    assert build._own(rows, good) == good
    with pytest.raises(SystemExit, match="Nơi Lạ"):
        build._own(rows, {**good, "landmark": [{"name": "chùa", "core": ["X"], "in": ["Nơi Lạ"]}]})
    with pytest.raises(SystemExit, match="Soc Trang"):
        build._own(rows, {**good, "khmer": {"Soc Trang": ["x"]}})


def test_kept_script_gives_the_shipped_file() -> None:
    pytest.importorskip("vietnam_provinces")
    pytest.importorskip("vietnamadminunits")
    from analysis.places.gazetteer_build import build

    assert Gazetteer(build()).units == G.units


@pytest.mark.shared
def test_against_the_collected_facts(shared_data: Path) -> None:
    with (shared_data.parent / "facts" / "gazetteer.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["category"] == "admin" and row["code"]]
    inside = area_of(G, "Sóc Trăng").units
    known = {
        (G.units[form.unit].code, name) for name, forms in G.forms.items() for form in forms if form.unit in inside
    }
    missing = [row["name"] for row in rows if (row["code"], row["name"].strip()) not in known]
    assert len(rows) > 160
    assert [name for name in missing if "Cần Thơ" not in name] == []
