"""What is no unit: numbered roads, stretches, ports, hospitals; and an office's own file of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Tagger
from analysis.places.area import Area, area_of
from analysis.places.gazetteer import LANDMARK, load_gazetteer
from analysis.places.places import find_places
from analysis.places.roads import roads_in
from errors import SettingsError
from press import Place

pytestmark = pytest.mark.slow

G = load_gazetteer()
SOC_TRANG, CAN_THO, VINH_LONG = (area_of(G, name) for name in ("Sóc Trăng", "Cần Thơ", "Vĩnh Long"))
NOW, THEN = datetime(2026, 8, 5, tzinfo=UTC), datetime(2015, 8, 5, tzinfo=UTC)


def named(text: str, area: Area = SOC_TRANG, at: datetime = THEN) -> dict[str, Place]:
    found = find_places("", text, area=area, published_at=at)
    return {place.name: place for place in found if place.in_area}


@pytest.mark.parametrize(
    "kind", ["ĐT", "ĐT.", "ĐT ", "ĐT-", "ĐT–", "TL", "TL ", "đường tỉnh ", "Đường tỉnh ", "tỉnh lộ ", "TỈNH LỘ "]
)
@pytest.mark.parametrize("number", ["932C", "933", "936B", "940"])
def test_a_provincial_road_is_one_place_however_it_is_written(kind: str, number: str) -> None:
    text = f"Xe tải lật trên {kind}{number}, tài xế thoát nạn."
    assert named(text)[f"đường tỉnh {number}"].as_written == f"{kind}{number}"
    assert SOC_TRANG.named_in(text)
    assert named(text, VINH_LONG) == {}
    assert not VINH_LONG.named_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Điện thoại: 0932 933 934, ĐT: 0933123456.",
        "Diện tích 933 m2, tổng lượng 934 tấn; ĐT 9335 và TL 1/933.",
        "ĐT 933.500.000 đồng; đội tuyển (ĐT) thắng 3-1.",
        "Tỉnh lộ 9 bị ngập.",
    ],
)
def test_other_numbers_are_no_roads(text: str) -> None:
    assert named(text) == {}
    assert not SOC_TRANG.named_in(text)


def test_the_roads_of_a_list_share_their_word() -> None:
    assert [key for *_, key in roads_in("các quốc lộ 1, 60 và 61B, tỉnh lộ 933, 934.")] == [
        "QL 1", "QL 60", "QL 61B", "ĐT 933", "ĐT 934"
    ]  # fmt: skip
    assert [key for *_, key in roads_in("trên quốc lộ 1, 20 người bị thương")] == ["QL 1"]


ROADS = (
    "quốc lộ 1",
    "QL1A",
    "QL.60",
    "Quản lộ Phụng Hiệp",
    "quốc lộ 61B",
    "đường Nam Sông Hậu",
    "Nam Sông Hậu",
    "QL91B",
)


@pytest.mark.parametrize("road", ROADS)
def test_a_road_through_many_provinces_needs_evidence_of_the_area(road: str) -> None:
    assert named(f"Xe tải lật trên {road}, giao thông ùn tắc.") == {}
    beside = named(f"Xe tải lật trên {road}, đoạn qua huyện Mỹ Tú, tỉnh Sóc Trăng.")
    assert len(beside) == 3, beside
    assert any("đoạn qua địa bàn" in place.evidence or "liền với" in place.evidence for place in beside.values())
    only = named(f"Xe tải lật trên {road}. Công an tỉnh Sóc Trăng đang điều tra.")
    assert len(only) == 2, "the only province of the text"
    there = named(f"Xe tải lật trên {road} ở tỉnh Bạc Liêu. Tài xế từng sống ở tỉnh Sóc Trăng.")
    assert set(there) == {"tỉnh Sóc Trăng"}


def test_what_all_stretches_lie_in_today_decides_for_the_whole_only() -> None:
    text = "Xe tải lật trên QL91B, TP Cần Thơ, tối 4/8."
    assert named(text, at=NOW) == {}
    assert "Nam Sông Hậu" in named(text, CAN_THO, NOW)
    assert "Nam Sông Hậu" in named("Xe tải lật trên QL91B qua xã Trần Đề, TP Cần Thơ, tối 4/8.", at=NOW)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tàu cập cảng Cái Côn sáng nay.", "cảng Cái Côn"),
        ("Khởi công cầu Mỹ Thanh 2.", "cầu Mỹ Thanh"),
        ("Doanh nghiệp ở KCN Trần Đề tuyển 500 lao động.", "KCN Trần Đề"),
        ("Nạn nhân nằm ở Bệnh viện Đa khoa tỉnh Sóc Trăng.", "Bệnh viện Đa khoa Sóc Trăng"),
        ("Đồn Biên phòng Lai Hòa bắt giữ tàu chở dầu.", "đồn Biên phòng Lai Hòa"),
        ("Đồn Biên phòng Lai Hoà bắt giữ tàu chở dầu.", "đồn Biên phòng Lai Hòa"),
        ("Khởi công cầu Mĩ Thanh 2.", "cầu Mỹ Thanh"),
        ("Tàu cập cảng Cái-Côn sáng nay.", "cảng Cái Côn"),
    ],
)
def test_what_stands_before_a_name_makes_the_landmark(text: str, name: str) -> None:
    assert name in named(text)


@pytest.mark.parametrize(
    "text", ["Anh Hoàng Tuấn kể lại.", "Ông Trần Đề Thám đến dự.", "Món lẩu Cái Côn.", "Lai Hòa ca hát."]
)
def test_without_it_the_name_is_none(text: str) -> None:
    assert not any(place.evidence.startswith("có chữ") for place in named(text).values())


def test_a_hospital_of_the_old_city_is_not_the_whole_city_of_today() -> None:
    text = "Nạn nhân được đưa đến Bệnh viện Đa khoa Trung ương Cần Thơ."
    assert named(text, at=NOW) == {}
    assert set(named(text, CAN_THO, NOW)) == {"Bệnh viện Đa khoa Trung ương Cần Thơ"}


@given(st.text(alphabet="ĐTQLquốclộ tỉnh.-(),0193BC/", max_size=60))
def test_roads_lie_where_they_are_said_to(text: str) -> None:
    for start, end, key in roads_in(text):
        assert re.fullmatch(r"(QL|ĐT) [1-9]\d{0,2}[A-Z]?", key)
        assert text[start:end].upper().endswith(key.split(" ")[1])


def test_rows_of_one_name_and_place_are_one() -> None:
    marks = [(unit.name, unit.parent) for unit in G.units if unit.level == LANDMARK]
    assert len(marks) == len(set(marks))


# -- an office's own
OWN = """[[landmark]]
name = "cầu Bà Tám"
core = ["Bà Tám"]
after = ["cầu"]
in = ["Con Cuông", "Nghệ An"]

[[landmark]]
name = "đường tỉnh 541"
core = ["ĐT 541"]
in = ["Nghệ An"]
since = "2020-01-01"
"""


def office(folder: Path, text: str) -> Path:
    file = folder / "landmarks.toml"
    file.write_text(text, "utf-8")
    return file


def test_an_office_adds_what_it_knows(tmp_path: Path) -> None:
    own = load_gazetteer(landmarks=office(tmp_path, OWN))
    area = area_of(own, "Nghệ An")
    for text, name in (("Sập cầu Bà Tám.", "cầu Bà Tám"), ("Lũ chia cắt tỉnh lộ 541.", "đường tỉnh 541")):
        assert area.named_in(text)
        assert not area_of(G, "Nghệ An").named_in(text)
        assert name in named(text, area, NOW)
    assert named("Lũ chia cắt tỉnh lộ 541.", area, THEN) == {}, "not yet"
    assert len(own.units) == len(G.units) + 2
    judged = Tagger("Nghệ An", landmarks=tmp_path / "landmarks.toml").judge("Sập cầu Bà Tám", "Cầu Bà Tám sập.")
    assert judged.relevance != "none"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("core =", "cores =", ["line 3", "cores", "did you mean core"]),
        ('["Bà Tám"]', '"Bà Tám"', ["line 3", "core", "list of texts"]),
        ('["Bà Tám"]', '["bà Tám"]', ["line 3", "capital"]),
        ('["cầu"]', '["Cầu"]', ["line 4", "after", "small letters"]),
        ('"Nghệ An"]\n\n', '"Nghệ Ân"]\n\n', ["line 5", "in", "did you mean Nghệ An"]),
        ('in = ["Nghệ An"]', 'through = ["Nghệ An"]', ["line 10", "at least two provinces"]),
        ('in = ["Nghệ An"]\n', "", ["line 7", "exactly one of in"]),
        ('"2020-01-01"', "2020", ["line 11", "since", '"2025-07-01"']),
        ('name = "cầu Bà Tám"\n', "", ["line 1", "name"]),
        ('core = ["Bà Tám"]\nafter = ["cầu"]', 'core = ["Tám"]', ["line 1", "after", "what stands before"]),
        ("[[landmark]]", "[[landmarks]]", ["landmark", "two brackets"]),
        ('in = ["Con', 'weak = 1\nin = ["Con', ["line 5", "weak", "true or false"]),
        ("[[landmark]]", "[[landmark]", ["not valid TOML", "line 1"]),
    ],
)
def test_a_bad_file_is_one_line_that_says_where_and_how_to_mend_it(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    assert old in OWN
    with pytest.raises(SettingsError) as caught:
        load_gazetteer(landmarks=office(tmp_path, OWN.replace(old, new, 1)))
    message = str(caught.value)
    assert "\n" not in message
    for word in ("landmarks.toml", *words):
        assert word in message


def test_a_file_that_is_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_gazetteer(landmarks=tmp_path / "nowhere.toml")
    (tmp_path / "landmarks.toml").write_bytes(b"\xff\xfename")
    with pytest.raises(SettingsError, match="UTF-8"):
        load_gazetteer(landmarks=tmp_path / "landmarks.toml")


# -- the whole of a merged province
WHOLE = "Cần Thơ đặt mục tiêu tăng trưởng", "UBND TP Cần Thơ công bố kế hoạch phát triển toàn thành phố."
OTHER = "Cháy nhà ở phường Ninh Kiều", "Vụ cháy ở phường Ninh Kiều, TP Cần Thơ, làm một người bị thương."


def test_what_the_whole_city_means_is_a_setting_and_said() -> None:
    weigh, mention, none = (Tagger("Sóc Trăng", merged=rule) for rule in ("weigh", "mention", "none"))
    words = [tagger.judge(*WHOLE, published_at=NOW).relevance_evidence[-1] for tagger in (weigh, mention, none)]
    assert all("nơi có địa bàn Sóc Trăng" in one for one in words)
    assert [one.partition(" (")[2] for one in words] == [
        "tính theo nội dung bài)",
        "theo thiết đặt, được tính là có nội dung về địa bàn)",
        "theo thiết đặt, không được tính)",
    ]
    assert mention.judge(*WHOLE, published_at=NOW).relevance in ("mention", "focus")
    assert none.judge(*WHOLE, published_at=NOW).relevance == "none"
    assert not none.names_area(" ".join(WHOLE))
    inside = "Cháy chợ ở xã Trần Đề, TP Cần Thơ", "Chợ ở xã Trần Đề, TP Cần Thơ, cháy trong đêm."
    for tagger in (weigh, mention, none):
        assert tagger.judge(*OTHER, published_at=NOW).relevance == "none", "another part of the city"
        assert tagger.judge(*inside, published_at=NOW).relevance == "focus"
