"""Publishing without a mail server: what one reader's ledger does to the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from errors import DeliveryError
from pipeline.publish import publish
from pipeline.readers import Wishes, subscribe
from settings import Mail, Settings, Storage
from storage import open_archive
from storage.editions import editions

DUE = datetime(2026, 8, 4, 23, 45, tzinfo=UTC)  # 06:45 in Vietnam


def test_a_clock_that_was_set_back_stops_one_reader_and_not_the_others(tmp_path: Path) -> None:
    settings = Settings(storage=Storage(f"sqlite:///{tmp_path}/a.db"), mail=Mail(port=1))  # nobody answers there
    with open_archive(settings.storage.url) as archive:
        subscribe(archive, settings, "early@example.vn", Wishes(), DUE - timedelta(days=1))
        with pytest.raises(DeliveryError, match="nothing is lost"):
            publish(archive, settings, DUE + timedelta(days=9))  # composed under a clock nine days ahead
        subscribe(archive, settings, "late@example.vn", Wishes(), DUE - timedelta(hours=1))
        with pytest.raises(DeliveryError, match="nothing is lost"):
            publish(archive, settings, DUE)
        with archive.read() as db:
            periods = {edition.subscription: edition.period_end for edition in editions(db)}
    assert periods == {1: DUE + timedelta(days=9), 2: DUE}
