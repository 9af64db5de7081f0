"""The checks of what rows hold: pages, texts, stories, mails. `storage.upkeep.checks` has the list."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, LargeBinary, Table, and_, delete, func, or_, select, type_coerce, update

from storage.collecting.links import chunks
from storage.coverage.save import text_hash
from storage.coverage.stories import refresh_story
from storage.facts import next_number
from storage.tables.collecting import links, pages
from storage.tables.coverage import articles, stories, versions
from storage.tables.delivery import editions
from storage.types import AnyRow

_CHUNK = 500


class Fault(NamedTuple):
    """One thing that is wrong: the key of its row, and what."""

    key: str
    words: str


def find_pages(db: Connection) -> list[Fault]:
    """Raw pages whose bytes cannot be unpacked, or are missing before the analysis."""
    broken = [Fault(str(key), f"page {key} cannot be unpacked") for key in _broken(db, pages, "body")]
    bare = db.execute(select(pages.c.id).where(pages.c.state == "due", pages.c.body.is_(None))).scalars()
    return broken + [Fault(str(key), f"page {key} waits for its analysis without its bytes") for key in bare]


def mend_pages(db: Connection, now: datetime) -> None:
    """Let the bytes go; the address of a page that waited is read again."""
    for batch in chunks((int(fault.key) for fault in find_pages(db)), _CHUNK):
        mine = pages.c.id.in_(batch)
        waited = list(db.execute(select(pages.c.link_id).where(mine, pages.c.state == "due")).scalars())
        db.execute(delete(pages).where(mine, pages.c.state == "due"))
        db.execute(update(pages).where(mine).values(body=None))
        _read_again(db, waited, now)


def find_kept(db: Connection) -> list[Fault]:
    """Addresses settled as kept that lead to no article."""
    rows = db.execute(select(links.c.id, links.c.url).where(links.c.settled == "kept", links.c.article_id.is_(None)))
    return [Fault(str(row.id), f"{row.url} was kept, but leads to no article") for row in rows]


def mend_kept(db: Connection, now: datetime) -> None:
    """Put the newest page of each before the analysis again, or the address before the collecting."""
    gone = []
    for link_id in (int(fault.key) for fault in find_kept(db)):
        whole = select(func.max(pages.c.id)).where(pages.c.link_id == link_id, pages.c.body.is_not(None))
        page = db.execute(whole).scalar()
        if page is None:
            gone.append(link_id)
        else:
            db.execute(update(pages).where(pages.c.id == page).values(state="due", settled_at=None, reason=""))
        db.execute(update(links).where(links.c.id == link_id).values(settled=None, analysed_at=None))
    _read_again(db, gone, now)


def _read_again(db: Connection, link_ids: Iterable[int], now: datetime) -> None:
    anew = {"state": "due", "due_at": now, "attempts": 0, "reason": "", "etag": "", "last_modified": "", "sha256": ""}
    for batch in chunks(link_ids, _CHUNK):
        db.execute(update(links).where(links.c.id.in_(batch)).values(anew))


def find_texts(db: Connection) -> list[Fault]:
    """Articles and versions whose texts and fingerprints do not agree."""
    faults = []
    for row in _texts(db):
        if row.number is None:
            faults.append(Fault(str(row.id), f"article {row.id} has no version {row.version}, its newest"))
        elif not _agree(row):
            faults.append(Fault(str(row.id), f"article {row.id} and its version {row.version} do not agree"))
    return faults + [
        Fault(f"{row.article_id}/{row.number}", f"version {row.number} of article {row.article_id} was changed")
        for row in _earlier(db)
    ]


def mend_texts(db: Connection, now: datetime) -> None:
    """Give article and newest version the text that still fits a fingerprint, and every text its fingerprint."""
    for row in [row for row in _texts(db) if row.number is None or not _agree(row)]:
        own = {"title": row.title, "lead": row.lead, "body": row.body}
        recorded = (row.text_sha256, row.v_sha256)
        good = own
        if row.number is not None and text_hash(**own) not in recorded:
            other = {"title": row.v_title, "lead": row.v_lead, "body": row.v_body}
            good = other if text_hash(**other) in recorded else own
        values = {**good, "text_sha256": text_hash(**good)}
        changed = {"seq": next_number(db, "articles")} if good is not own else {}
        db.execute(update(articles).where(articles.c.id == row.id).values({**values, **changed}))
        if row.number is None:
            first = {"article_id": row.id, "number": row.version, "fetched_at": row.fetched_at}
            db.execute(versions.insert(), {**first, **values, "published_at": row.published_at})
        else:
            mine = and_(versions.c.article_id == row.id, versions.c.number == row.number)
            db.execute(update(versions).where(mine).values(values))
    for row in list(_earlier(db)):
        mine = and_(versions.c.article_id == row.article_id, versions.c.number == row.number)
        db.execute(update(versions).where(mine).values(text_sha256=text_hash(row.title, row.lead, row.body)))


def _texts(db: Connection) -> Iterator[AnyRow]:
    """Every article with its newest version."""
    named = [
        versions.c[name].label(f"v_{name.removeprefix('text_')}") for name in ("title", "lead", "body", "text_sha256")
    ]
    own = [articles.c[name] for name in ("id", "title", "lead", "body", "text_sha256", "version")]
    newest = and_(versions.c.article_id == articles.c.id, versions.c.number == articles.c.version)
    query = select(*own, articles.c.fetched_at, articles.c.published_at, versions.c.number, *named)
    yield from db.execute(query.join_from(articles, versions, newest, isouter=True).execution_options(yield_per=_CHUNK))


def _agree(row: AnyRow) -> bool:
    return (
        row.text_sha256 == row.v_sha256
        and text_hash(row.title, row.lead, row.body) == row.text_sha256
        and (row.title, row.lead, row.body) == (row.v_title, row.v_lead, row.v_body)
    )


def _earlier(db: Connection) -> Iterator[AnyRow]:
    """Every version before the newest whose fingerprint does not fit."""
    query = select(versions).join_from(versions, articles, versions.c.article_id == articles.c.id)
    rows = db.execute(query.where(versions.c.number != articles.c.version).execution_options(yield_per=_CHUNK))
    yield from (row for row in rows if text_hash(row.title, row.lead, row.body) != row.text_sha256)


def find_stories(db: Connection) -> list[Fault]:
    """Articles in merged stories, merges that lead on, and spans that are not those of the articles."""
    faults = [Fault(str(key), f"article {key} is in a story that was merged") for key, _ in _in_merged(db)]
    faults += [Fault(str(key), f"story {key} was merged into one that was merged") for key, _ in _chained(db)]
    return faults + [Fault(str(key), f"story {key} does not span its articles") for key in _misspanned(db)]


def mend_stories(db: Connection, now: datetime) -> None:
    """Lead every merge to where it ends, the articles too, and refresh what does not fit."""
    for _ in range(100):  # merges of merges of merges; a ring would never end
        if not (chained := _chained(db)):
            break
        for story, target in chained:
            into = None if target == story else target
            db.execute(update(stories).where(stories.c.id == story).values(merged_into=into))
    for article, target in _in_merged(db):
        values = {"story_id": target, "seq": next_number(db, "articles")}
        db.execute(update(articles).where(articles.c.id == article).values(values))
        refresh_story(db, target)
    for story in _misspanned(db):
        refresh_story(db, story)


def _in_merged(db: Connection) -> list[tuple[int, int]]:
    merged = stories.c.merged_into.is_not(None)
    query = select(articles.c.id, stories.c.merged_into).join_from(
        articles, stories, articles.c.story_id == stories.c.id
    )
    return [(row.id, row.merged_into) for row in db.execute(query.where(merged))]


def _chained(db: Connection) -> list[tuple[int, int]]:
    other = stories.alias()
    query = select(stories.c.id, other.c.merged_into).join_from(stories, other, stories.c.merged_into == other.c.id)
    return [(row.id, row.merged_into) for row in db.execute(query.where(other.c.merged_into.is_not(None)))]


def _misspanned(db: Connection) -> list[int]:
    """Stories by id; those that wait for grouping may well be behind their articles."""
    span = select(
        articles.c.story_id,
        func.min(articles.c.dated_at).label("first"),
        func.max(articles.c.dated_at).label("last"),
    )
    waiting = select(articles.c.story_id).where(articles.c.needs_group, articles.c.story_id.is_not(None))
    settled = span.where(articles.c.story_id.is_not(None), articles.c.story_id.not_in(waiting))
    spans = settled.group_by(articles.c.story_id).subquery()
    unlike = or_(
        stories.c.first_at.is_(None),
        stories.c.last_at.is_(None),
        stories.c.first_at != spans.c.first,
        stories.c.last_at != spans.c.last,
    )
    query = select(stories.c.id).join_from(stories, spans, stories.c.id == spans.c.story_id)
    return list(db.execute(query.where(unlike, stories.c.merged_into.is_(None))).scalars())


def find_messages(db: Connection) -> list[Fault]:
    """Editions whose mail cannot be unpacked."""
    return [
        Fault(str(key), f"the mail of edition {key} cannot be unpacked") for key in _broken(db, editions, "message")
    ]


def mend_messages(db: Connection, now: datetime) -> None:
    """Empty the mail; what was not sent yet is never sent."""
    for batch in chunks((int(fault.key) for fault in find_messages(db)), _CHUNK):
        mine = editions.c.id.in_(batch)
        db.execute(update(editions).where(mine).values(message=b""))
        lost = {"state": "failed", "permanent": True, "error": "its mail was damaged on the disk", "next_try": None}
        db.execute(update(editions).where(mine, editions.c.state.in_(("composed", "failed"))).values(lost))


def _broken(db: Connection, table: Table, name: str) -> Iterator[int]:
    raw = type_coerce(table.c[name], LargeBinary).label("raw")
    query = select(table.c.id, raw).where(table.c[name].is_not(None)).order_by(table.c.id)
    for row in db.execute(query.execution_options(yield_per=50)):
        try:
            zlib.decompress(row.raw)
        except zlib.error:
            yield row.id
