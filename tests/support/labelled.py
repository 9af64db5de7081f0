"""A small gold folder made of the demo press's own articles, in the form `diembao train` reads."""

from __future__ import annotations

import gzip
import json
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from demo.truth.truth import DemoArticle, articles
from tests.support.shared import made_once

if TYPE_CHECKING:
    from analysis.training.train import Report

NOW = datetime(2026, 8, 5, 6, 45, tzinfo=UTC)


def demo_articles(language: str) -> list[DemoArticle]:
    """The demo press's articles of one language."""
    return [one for one in articles(NOW) if one.language == language]


def record(one: DemoArticle) -> dict[str, Any]:
    """An article as a line of `gold/articles.jsonl.gz`."""
    return {
        "id": one.key,
        "title": one.text.title,
        "text": f"{one.text.lead}\n{one.text.body}",
        "topics": list(one.topics),
        "tone": one.tone,
        "relevance": one.relevance,
        "corpus": "feeds_demo" if len(one.text.body) < 600 else "demo",
    }


def write_gold(folder: Path) -> Path:
    """Writes the gold folder with every labelled file a training reads; answers the data folder."""
    gold = folder / "gold"
    gold.mkdir(parents=True)
    records = [record(one) for one in demo_articles("vi")]
    with gzip.open(gold / "articles.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in records)
    place = {"places": [], "event": None, "outlet": "", "published": "Wed, 05 Aug 2026 05:25:43 +0700"}
    merger = [
        one | place | {"id": f"m-{one['id']}", "relevance_soc_trang": one["relevance"], "relevance_can_tho": "focus"}
        for one in records[:20]
    ]
    areas = [one | place | {"id": f"a-{one['id']}", "area": "Vĩnh Long", "relevance": "none"} for one in records[:20]]
    for name, rows in (("post_merger.jsonl", merger), ("areas.jsonl", areas)):
        text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
        (gold / name).write_text(text, encoding="utf-8")
    return folder


class Trained(NamedTuple):
    """A training on the gold folder, to be read only: its data, its models, its report, what it said on the way."""

    data: Path
    out: Path
    report: Report
    said: list[str]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """One training for all workers: it takes six seconds."""
    from analysis.training.train import train  # scikit-learn, which most users of this module never need

    def make(folder: Path) -> None:
        said: list[str] = []
        data, out = write_gold(folder / "data"), folder / "out"
        made = Trained(data, out, train(data, out, said.append), said)
        (folder / "trained.pickle").write_bytes(pickle.dumps(made))

    made = pickle.loads((made_once(tmp_path_factory, "trained", make) / "trained.pickle").read_bytes())
    assert isinstance(made, Trained)
    return made
