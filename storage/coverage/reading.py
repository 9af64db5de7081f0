"""What surrounds one article: the addresses that lead to it, its stored copies, who reprinted whom."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select

from storage.tables.collecting import links, pages
from storage.tables.coverage import articles


class Address(NamedTuple):
    """One address that leads to an article."""

    url: str
    first_seen: datetime
    vanished_at: datetime | None


class Copy(NamedTuple):
    """One raw page of an article; `kept` is false where its bytes are gone."""

    id: int
    final_url: str
    status: int
    fetched_at: datetime
    sha256: str
    kept: bool


def addresses(db: Connection, article: int) -> list[Address]:
    """Every address that leads to an article, first seen first."""
    query = select(links.c.url, links.c.first_seen, links.c.vanished_at).where(links.c.article_id == article)
    return [Address(*row) for row in db.execute(query.order_by(links.c.first_seen, links.c.id))]


def copies(db: Connection, article: int) -> list[Copy]:
    """The raw pages an article was read from, oldest first."""
    columns = (pages.c.id, pages.c.final_url, pages.c.status, pages.c.fetched_at, pages.c.sha256)
    query = select(*columns, pages.c.body.is_not(None)).join_from(pages, links, pages.c.link_id == links.c.id)
    return [Copy(*row) for row in db.execute(query.where(links.c.article_id == article).order_by(pages.c.id))]


def reprint_chain(db: Connection, article: int) -> list[int]:
    """The original and its reprints in order of publication; nothing where the text was printed once."""
    mine = select(func.coalesce(articles.c.reprint_of, articles.c.id)).where(articles.c.id == article).scalar_subquery()
    query = select(articles.c.id).where(or_(articles.c.id == mine, articles.c.reprint_of == mine))
    found = list(db.execute(query.order_by(articles.c.reprint_of.is_not(None), articles.c.dated_at, articles.c.url)))
    return [row.id for row in found] if len(found) > 1 else []
