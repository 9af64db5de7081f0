"""The faults of the demo press as the crawler meets them: each has its outcome, and none lasts longer than itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.press import Press
from demo.serving.faults import KINDS, SILENT, Faults
from press import Feed, FeedReading, Outlet
from tests.support.crawlers_press import NOW, heard, job

pytestmark = [pytest.mark.slow, pytest.mark.server]
#: What the crawler says of a list that meets the fault; "" where it gets over it or reads what did come.
SAYS = {
    "late": "",
    "drip": "",
    "reset": "connection failed",
    "reset_midway": "",
    "cut": "",
    "too_long": "",
    "error": "server error",
    "busy": "asked to wait: 429",
    "tls": "connection failed",
    "dns": "DNS: khong-co.invalid cannot be resolved",
    SILENT: "time-out",
}


def test_the_same_seed_makes_the_same_faults_in_any_order() -> None:
    one, other = Faults(0.3, seed=7), Faults(0.3, seed=7)
    asked = [("songhau", f"/bai-{n}.html") for n in range(300)]
    here = {(address, one.of(*address)) for address in asked}
    assert here == {(address, other.of(*address)) for address in reversed(asked)}
    assert 60 < sum(bool(kind) for _, kind in here) < 120
    assert {kind for _, kind in here} == {"", *KINDS}
    assert [one.of("a", "/x") for _ in range(99)] != [one.of("a", "/y") for _ in range(99)]


def test_every_fault_has_its_outcome_and_passes(tmp_path: Path) -> None:
    with Press(NOW, process=True, faults=0.0) as press:
        outlets = [outlet for outlet in press.outlets() if outlet.feeds and outlet.slug != "hong"]
        kinds = [*SAYS]
        for round_of in (kinds[: len(outlets)], kinds[len(outlets) :]):
            met = dict(zip(round_of, outlets, strict=False))
            for kind, outlet in met.items():
                press.storm(outlet.slug, kind)
            for kind, reading in _lists(met, tmp_path).items():
                assert reading.outcome.kind == ("later" if SAYS[kind] else "done"), (kind, reading.outcome)
                assert SAYS[kind] in reading.outcome.reason, (kind, reading.outcome)
                assert bool(reading.links) == (not SAYS[kind]), kind
            for outlet in met.values():
                press.storm(outlet.slug, "")
            assert all(reading.outcome.kind == "done" for reading in _lists(met, tmp_path).values())


def _lists(met: dict[str, Outlet], folder: Path) -> dict[str, FeedReading]:
    """Ask the first list of each outlet, in one crawl."""
    feeds = {kind: Feed(outlet.slug, "feed", outlet.feeds[0]) for kind, outlet in met.items()}
    told = heard(job(*feeds.values(), timeout=2.0), folder, follow=False)
    return {kind: told.feed(feed.url) for kind, feed in feeds.items()}
