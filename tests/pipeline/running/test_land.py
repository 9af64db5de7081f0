"""What an office adds by `[area] landmarks` is known to every verb and filter."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest

import settings
from analysis.places.gazetteer import load_gazetteer
from errors import SettingsError
from pipeline.analyse import Reader
from pipeline.figures import area as figures
from pipeline.figures.units import Territory
from pipeline.learning import filters
from pipeline.running import land
from pipeline.running.search import Units
from pipeline.upkeep.check import _area

pytestmark = pytest.mark.slow

NOW = datetime(2026, 8, 5, tzinfo=UTC)
OWN = '[[landmark]]\nname = "cầu Bà Tám"\ncore = ["Bà Tám"]\nafter = ["cầu"]\nin = ["Trần Đề", "Sóc Trăng"]\n'
TEXT = "Sập cầu Bà Tám", "Cầu Bà Tám sập trong đêm, giao thông bị chia cắt."


@pytest.fixture
def office(tmp_path: Path) -> settings.Settings:
    (tmp_path / "places.toml").write_text(OWN, "utf-8")
    return settings.parse('[area]\nlandmarks = "places.toml"\n', tmp_path / "settings.toml")


def test_the_file_lies_beside_the_settings(office: settings.Settings, tmp_path: Path) -> None:
    assert office.area.landmarks == str(tmp_path / "places.toml")


def test_every_verb_and_filter_knows_it(office: settings.Settings) -> None:
    reader = Reader(pickle.loads(pickle.dumps(office)))  # as a worker process has its settings
    assert reader.tagger.names_area(" ".join(TEXT))
    assert not Reader(settings.Settings()).tagger.names_area(" ".join(TEXT))
    tagged = filters.judge(office)({"id": 1, "title": TEXT[0], "text": TEXT[1]})
    assert tagged["relevance"] != "none"
    (place,) = filters.places(*TEXT, office, NOW, "")
    assert (place["name"], place["in_area"]) == ("cầu Bà Tám", True)
    assert any(choice.title.startswith("cầu Bà Tám") for choice in figures.choices(office.area))
    assert figures.place_names(office) - figures.place_names(settings.Settings())
    assert any(key.endswith("@cầu_Bà_Tám") for key in Territory(office.area).landmarks)
    assert Units(land.gazetteer(office.area)).named("cầu bà tám")


def test_check_reads_it(office: settings.Settings) -> None:
    assert "1 landmarks more" in _area(office)
    Path(office.area.landmarks).write_text(OWN.replace("core", "cores"), "utf-8")
    load_gazetteer.cache_clear()
    with pytest.raises(SettingsError, match=r"line 3.*did you mean core"):
        _area(office)
