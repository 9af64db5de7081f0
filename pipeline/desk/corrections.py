"""What officers put right, by the article's id or address; and as labelled articles to learn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from errors import DiemBaoError
from press.urls import canonical
from settings import Settings
from storage import Archive, coverage
from storage.coverage.corrections import Correction, Field, Value, add_correction, corrections, undo_correction
from storage.people.audit import Act, record


def correct(archive: Archive, article: str, values: Mapping[Field, Value], who: str, now: datetime) -> list[Correction]:
    """Put fields of one article right, all or none; what was stored.

    `article` is an id or an address; the audit log has it by the same commit. Raises DiemBaoError for an article or a
    value that cannot be.
    """
    with archive.begin() as db:
        found = coverage.articles.get_article(db, int(article) if article.isdecimal() else _address(article))
        if found is None:
            raise DiemBaoError(
                f"no article {article} in the archive: `diembao articles --json` lists ids and addresses"
            )
        made = {add_correction(db, found.id, field, value, who=who, now=now) for field, value in values.items()}
        record(db, [Act(who, "corrected", str(found.id), {str(name): value for name, value in values.items()})], now)
        return [one for one in corrections(db, article=found.id) if one.id in made]


def undo(archive: Archive, number: int, who: str, now: datetime) -> Correction:
    """Take one correction back; the audit log has it by the same commit."""
    with archive.begin() as db:
        undone = undo_correction(db, number, now)
        details = {"correction": number, "field": undone.field}
        record(db, [Act(who, "correction undone", str(undone.article), details)], now)
        return undone


def rows(archive: Archive) -> Iterator[dict[str, object]]:
    """Give every correction, oldest first, with its article's address."""
    with archive.read() as db:
        found = corrections(db)
        urls = {
            article.id: article.url for article in coverage.articles.load_articles(db, {one.article for one in found})
        }
    for one in found:
        yield {**asdict(one), "url": urls.get(one.article, "")}


def labelled(archive: Archive, settings: Settings) -> list[dict[str, Any]]:
    """Return the corrected articles as records of labelled ones, labelled in what was corrected and nothing else."""
    with archive.read() as db:
        found = [one for one in corrections(db, in_force=True) if one.field != "places"]  # places are not learned
        articles = coverage.articles.load_articles(db, dict.fromkeys(one.article for one in found))
    records: dict[int, dict[str, Any]] = {
        article.id: {
            "id": f"article-{article.id}",
            "title": article.title,
            "text": f"{article.lead}\n{article.body}",
            "corpus": "archive",
            "doc": article.url,
            "outlet": article.outlet,
            "published": article.published_at.isoformat() if article.published_at else "",
            "area": settings.area.province,
        }
        for article in articles
    }
    for one in found:
        records[one.article][one.field] = one.after
    return list(records.values())


def _address(text: str) -> str:
    try:
        return canonical(text)
    except ValueError as error:
        raise DiemBaoError(f"{text!r} is neither the id nor the address of an article: {error}") from error
