"""Pairs of short reports that differ little: what must not make a text one of the area, beside what must.

Written for this project; nobody trains on them. `is` names the labels that are right: a reader may waver between two.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from analysis import MODELS
from analysis.places.area import area_of
from analysis.places.gazetteer import load_gazetteer
from analysis.places.places import survey
from analysis.tags.relevance import Relevance
from analysis.tags.relevance_features import look

THEN = datetime(2016, 3, 12, tzinfo=UTC)  # before the provinces were merged
FLOOR = 11  #: of 18 pairs; 9 before a name that says where another lies played that one's part
ASKED = [json.loads(line) for line in Path(__file__).with_name("relevance_pairs.jsonl").read_text("utf-8").splitlines()]


def test_pairs_behave_as_often_as_they_did() -> None:
    model, gazetteer = Relevance.load(MODELS), load_gazetteer()
    behave = 0
    for pair in ASKED:
        area = area_of(gazetteer, pair.get("area", "Sóc Trăng"))
        sides = [pair["left"], pair["right"]]
        said = [model.judge(survey(one["title"], one["text"], area=area, published_at=THEN)).value for one in sides]
        print(pair["kind"], said)
        behave += all(value in one["is"] for value, one in zip(said, sides, strict=True))
    assert behave >= FLOOR


def test_what_says_where_a_home_lies_is_as_little_an_event_as_the_home() -> None:
    area = area_of(load_gazetteer(), "Sóc Trăng")
    home = "anh B (ngụ ấp Phú Giao, xã Thạnh Quới, huyện Mỹ Xuyên, tỉnh Sóc Trăng)"
    for text in (f"Nạn nhân là {home}.", f"Xe tông vào {home} ở Bình Dương."):
        seen = look(survey("Tai nạn ở Bình Dương", text, area=area, published_at=THEN))
        assert len(seen.inside) >= 2
        assert set(seen.roles.values()) == {"origin"}
    event = "Vụ cháy ở xã Thạnh Quới, huyện Mỹ Xuyên, tỉnh Sóc Trăng. Anh B quê Sóc Trăng."
    roles = list(look(survey("Cháy", event, area=area, published_at=THEN)).roles.values())
    assert roles[:-1] == [""] * (len(roles) - 1), "an event's own place plays no such part"
    assert roles[-1] == "origin"
