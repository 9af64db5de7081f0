"""Counts of coverage, on each kind of database: of all, of a topic, of places."""

from __future__ import annotations

from collections import Counter
from typing import Any

from press import Place, TopicTag
from storage import Archive
from storage.collecting import outlets
from storage.coverage import counts
from storage.coverage.counts import Unit
from storage.upkeep import figures
from tests.support.archives import at, judgement, link, store

pytest_plugins = ["tests.support.databases"]
XA, CU = Unit("31699", "2025-07-01", "xã Thạnh Thới An"), Unit("31699", "", "xã Thạnh Thới An")
CHUA, CHO = Unit("94-l", "", "chùa Dơi"), Unit("94-l", "", "chợ nổi")


def place(unit: Unit, *, in_area: bool = True) -> Place:
    return Place(unit.name, unit.code, unit.name, "unit word", unit.valid_from, 0.9, in_area)


def write(archive: Archive, number: int, hours: float, *units: Place, **judged: Any) -> int:
    judged = {"topics": (TopicTag("health", 0.9),), "tone": 0, **judged}
    return store(archive, link(number), published_at=at(hours), judged=judgement(places=units, **judged))


def test_coverage_is_counted_by_place_and_topic(archive: Archive) -> None:
    one = write(archive, 1, -1, place(XA), place(XA._replace(name="Thạnh Thới An")), tone=-1)
    two = write(archive, 2, -2, place(CU), place(CHUA), topics=(TopicTag("education", 0.9),))
    three = write(archive, 3, -3, place(CHO), place(XA, in_area=False), tone=None)
    write(archive, 4, -4, place(XA), relevance="passing")
    write(archive, 5, -48, place(XA))
    since, until = at(-24), at(0)
    with archive.read() as db:

        def ids(among: counts.Among) -> list[int]:
            return [piece.id for piece in counts.pieces(db, since, until, among)]

        assert ids(counts.of_places([XA])) == [one]
        assert ids(counts.of_places([XA, CU])) == [one, two]
        assert ids(counts.of_places([], [CHUA])) == [two]
        assert ids(counts.of_places([XA], [CHO])) == [one, three]
        assert ids(counts.of_places([])) == []
        assert ids(counts.of_topic("health")) == [one, three]
        assert counts.tones(db, since, until) == Counter({-1: 1, 0: 1, None: 1})
        assert counts.tones(db, since, until, counts.of_topic("health")) == Counter({-1: 1, None: 1})
        every = dict(counts.dated(db, since, until))
        assert every == {one: (at(-1), -1), two: (at(-2), 0), three: (at(-3), None)}
        topics = counts.topics(db, since, until)
        assert {name: sorted(of) for name, of in topics.items()} == {
            "health": [every[three], every[one]],
            "education": [every[two]],
        }
        assert counts.topics_of(db, since, until, counts.of_places([CU])) == Counter({"education": 1})
        assert counts.places_of(db, since, until, counts.of_topic("education")) == Counter({CU: 1, CHUA: 1})
        assert counts.named(db, since, until) == {
            XA: [one], XA._replace(name="Thạnh Thới An"): [one], CU: [two], CHUA: [two], CHO: [three],
        }  # fmt: skip
        assert [row.article for row in outlets.newest(db, "bao-mot", 2)] == [5, 4]
        assert figures.ledger(db, state="sent", before=9) == []
