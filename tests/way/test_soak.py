"""The soak in its short form: two days of all that the long one (`make soak`) has, but for sleep and wrong days."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.way.soak import soak

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.server]


@pytest.mark.long
def test_two_days_of_faults_and_kills_lose_and_repeat_nothing(tmp_path: Path) -> None:
    told = soak(tmp_path, days=2, seed=20260805, per_day=4)
    assert int(str(told["kills"])) >= 1
    assert int(str(told["articles"])) > 150
