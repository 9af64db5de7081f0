"""Subscriptions: made, changed wish by wish, held to places that exist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from errors import SettingsError, UsageError
from pipeline.desk.readers import Wishes, active, next_due, subscribe, unsubscribe
from settings import Settings
from storage import open_archive

NOW = datetime(2026, 8, 4, 8, 0, tzinfo=UTC)


def test_an_address_keeps_the_wishes_that_are_not_named_anew(tmp_path: Path) -> None:
    settings = Settings()
    with open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        wishes = Wishes(name="Phòng Báo chí", topics=("health",), places=("xã Cù Lao Dung",), days="mon-fri")
        first = subscribe(archive, settings, "a@example.vn", wishes, NOW)
        again = subscribe(archive, settings, "A@example.vn", Wishes(at="07:30"), NOW + timedelta(hours=1))
        assert (again.id, again.at) == (first.id, "07:30")
        kept = (again.name, again.topics, again.places, again.days, again.language)
        assert kept == ("Phòng Báo chí", ("health",), ("xã Cù Lao Dung",), "mon-fri", "vi")
        assert subscribe(archive, settings, "a@example.vn", Wishes(places=()), NOW).places == ()
        assert len(active(archive)) == 1
        assert next_due(again, settings, NOW) == datetime(2026, 8, 5, 0, 30, tzinfo=UTC)
        unsubscribe(archive, "a@example.vn", NOW)
        fresh = subscribe(archive, settings, "a@example.vn", Wishes(), NOW)
        assert (fresh.topics, fresh.days, fresh.at) == ((), "daily", "06:45")


@pytest.mark.parametrize("place", ["Cù Lao Dung", "phường Vĩnh Châu", "huyện Kế Sách", "Sóc Trăng"])
def test_places_of_the_area_old_and_new_are_known(place: str, tmp_path: Path) -> None:
    with open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        assert subscribe(archive, Settings(), "a@example.vn", Wishes(places=(place,)), NOW).places == (place,)


def test_a_mistyped_place_or_address_is_said_before_it_filters_out_everything(tmp_path: Path) -> None:
    with open_archive(f"sqlite:///{tmp_path}/a.db") as archive:
        with pytest.raises(UsageError, match="did you mean cù lao dung"):
            subscribe(archive, Settings(), "a@example.vn", Wishes(places=("Cù Lao Dun",)), NOW)
        with pytest.raises(SettingsError):
            subscribe(archive, Settings(), "a@", Wishes(), NOW)
        assert active(archive) == []
