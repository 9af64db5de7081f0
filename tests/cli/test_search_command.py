"""`diembao search` and `index`, as a person and as a script use them, on the press of a whole run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.wholeway import House, Stages, free_port

pytestmark = [pytest.mark.slow, pytest.mark.server]


@pytest.fixture
def house(stages: Stages, tmp_path: Path) -> House:
    """An office that has run once."""
    return stages.house(tmp_path, "", free_port())


def test_searching_finds_what_the_archive_holds(house: House) -> None:
    every = house.run("search", "", "--limit", 1000, "--json").json
    assert every["total"] == len(every["hits"]) == house.count("articles")
    assert {hit["id"] for hit in every["hits"]} == {row["id"] for row in house.rows("articles")}
    first = house.run("search", 'place:"Sóc Trăng" -topic:health', "--sort", "newest", "--limit", 3, "--json").json
    assert set(every) == {"total", "took_ms", "hits", "next"}
    assert first["hits"][0]["published_at"] >= first["hits"][1]["published_at"]
    more = house.run(
        *("search", 'place:"Sóc Trăng" -topic:health', "--sort", "newest", "--limit", 3, "--json"),
        *("--after", first["next"]),
    ).json
    assert not {hit["id"] for hit in first["hits"]} & {hit["id"] for hit in more["hits"]}
    counted = house.run("search", "tôm", "--facets", "--by", "month", "--json").json
    assert sum(row["count"] for row in counted["facets"]["language"]) == counted["total"]
    assert sum(bar["count"] for bar in counted["histogram"]) == counted["total"]


def test_a_wrong_query_is_pointed_at_with_exit_code_two(house: House) -> None:
    wrong = house.run("search", 'tôm "bảo hiểm', code=2)
    assert wrong.out == ""
    said, query, pointer = wrong.err.splitlines()
    assert said.startswith("diembao: query, character 5: this quotation mark is never closed")
    assert (query, pointer.index("^")) == ('tôm "bảo hiểm', 4)
    assert pointer.endswith('perhaps: tôm "bảo hiểm"')


def test_the_index_may_be_deleted_and_is_shown_to_a_person(house: House) -> None:
    count = house.count("articles")
    assert house.run("index").out.startswith(f"{count} articles in ")
    (folder,) = house.archive.parent.glob("*.search")
    shutil.rmtree(folder)
    shown = house.run("search", "tran de", "--limit", 2)
    assert " found in " in shown.out
    assert shown.err == ""
    assert house.run("index", "--rebuild").out.startswith(f"{count} articles in ")
