"""A small gold folder made of the demo press's own articles, in the form `diembao train` reads."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo.truth.truth import DemoArticle, articles

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
