"""The area in a reader's words."""

from __future__ import annotations

import pytest

from errors import SettingsError
from pipeline.figures.area import label
from settings import Area, Settings


@pytest.mark.parametrize(
    ("province", "language", "words"),
    [
        ("Sóc Trăng", "vi", "Sóc Trăng (địa giới trước 01/7/2025)"),
        ("Sóc Trăng", "en", "Sóc Trăng (boundaries before 1 July 2025)"),
        ("Cần Thơ", "vi", "Cần Thơ"),
        ("Cần Thơ (trước 2025-07-01)", "vi", "Cần Thơ (địa giới trước 01/7/2025)"),
    ],
)
def test_an_abolished_province_is_named_with_its_end(province: str, language: str, words: str) -> None:
    assert label(Settings(area=Area(province)), language) == words


def test_a_province_nobody_knows_is_one_clear_error() -> None:
    with pytest.raises(SettingsError, match="Sóc Trăng"):
        label(Settings(area=Area("Soc Trang")))
