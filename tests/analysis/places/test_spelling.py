"""Places in every spelling: i and y, tone marks on another vowel, hyphens between syllables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.places.area import area_of
from analysis.places.gazetteer import DISTRICT, load_gazetteer
from analysis.places.places import find_places
from press.spelling import spellings

G = load_gazetteer()
OURS = area_of(G, "Sóc Trăng")
COMMUNES = ("Hòa Tú", "Lịch Hội Thượng", "Thạnh Thới An")
NAMED = sorted({*COMMUNES, *(unit.name for unit in map(G.units.__getitem__, OURS.units) if unit.level <= DISTRICT)})


def written(name: str, way: int, joint: str, *, loud: bool) -> str:
    """A name in one of its spellings, its words joined so."""
    ways = sorted(spellings(name))
    text = ways[way % len(ways)].replace(" ", joint)
    return text.upper() if loud else text


@given(
    st.sampled_from(NAMED), st.integers(0, 20), st.sampled_from([" ", "-", "\u2011", "–", " – ", " - "]), st.booleans(),
)  # fmt: skip
def test_a_name_is_the_same_place_in_every_spelling_and_with_hyphens(
    name: str, way: int, joint: str, loud: bool
) -> None:
    unit = "xã" if name in COMMUNES else "tỉnh" if name == "Sóc Trăng" else "huyện"
    other = written(name, way, joint, loud=loud)
    text = "Lực lượng chức năng của {} {}, tỉnh Sóc Trăng ra quân nạo vét kênh mương cho bà con nông dân."
    usual, found = (find_places("Tin", text.format(unit, form), area=OURS, published_at=None) for form in (name, other))
    assert [(place.name, place.code, place.evidence) for place in found] == [
        (place.name, place.code, place.evidence) for place in usual
    ]
    assert OURS.named_in(f"Lực lượng của {unit} {other} ra quân.")


@pytest.mark.parametrize(
    ("text", "as_written"),
    [
        ("huyện Mĩ Xuyên", "Mĩ Xuyên"),
        ("tỉnh Sóc-Trăng", "Sóc-Trăng"),
        ("xã Hoà-Tú, TP Cần Thơ", "Hoà-Tú"),
        ("Tỉnh Sóc – Trăng", "Sóc – Trăng"),
        ("huyện Cù – Lao – Dung", "Cù – Lao – Dung"),
        ("Soc-Trang province", "Soc-Trang"),
    ],
)
def test_a_place_is_shown_as_it_was_published(text: str, as_written: str) -> None:
    text = f"The people of {text} dig." if text.isascii() else f"Người dân {text} nạo vét kênh mương."
    assert as_written in [place.as_written for place in find_places("Tin", text, area=OURS, published_at=None)]


@given(st.sampled_from(NAMED), st.sampled_from(NAMED), st.sampled_from(["–", "-", "\u2011"]), st.booleans())
def test_a_dash_of_a_list_joins_no_syllables(one: str, other: str, dash: str, loud: bool) -> None:
    names = f"{one} {dash} {other}"
    text = f"Tuyến {names.upper() if loud else names} được mở lại cho bà con nông dân đi lại từ sáng nay."
    found = find_places("Tin", text, area=OURS, published_at=None)
    assert not [place.as_written for place in found if dash in place.as_written]


@pytest.mark.parametrize("text", ["Hai em Long – Phú nhặt được ví ở Sóc Trăng.", "Nhóm Mỹ - Xuyên hát ở Sóc Trăng."])
def test_two_names_of_persons_with_a_dash_are_no_place(text: str) -> None:
    assert [place.name for place in find_places("Tin", text, area=OURS, published_at=None)] == ["tỉnh Sóc Trăng"]


def test_a_hyphen_between_two_places_joins_nothing() -> None:
    text = "Tàu Cần Thơ-Sóc Trăng và phà Long Phú-Trần Đề nghỉ; Lai Vung không phải Lay Vung."
    assert {place.name for place in find_places("Tin", text, area=OURS, published_at=None)} >= {
        "tỉnh Sóc Trăng", "TP Cần Thơ",
    }  # fmt: skip
