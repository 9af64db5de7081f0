"""Putting analysed articles into the archive: one row per article, one version per changed text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, delete, select, update

from errors import StorageError
from press import Draft, Judgement, Outcome
from press.dates import FUTURE
from press.evidence import Dated, settled
from storage.collecting.links import MAX_URL, look_again
from storage.collecting.pages import Settled, settle_pages
from storage.coverage import deciding
from storage.coverage.corrections import keep_corrections
from storage.facts import next_number
from storage.tables.collecting import links, pages
from storage.tables.coverage import articles, places, tags, versions
from storage.types import AnyRow, storable


class Saved(NamedTuple):
    """The article a page became part of, and how: a new one, a new version, nothing new, another address of it."""

    id: int
    what: Literal["new", "changed", "same", "twin"]


class Analysed(NamedTuple):
    """What was read from a page and judged of it; `whole`: the page ended as documents do."""

    page_id: int
    draft: Draft
    judgement: Judgement
    fingerprint: bytes | None = None
    whole: bool = True


def save_article(
    db: Connection,
    page_id: int,
    draft: Draft,
    judgement: Judgement,
    now: datetime,
    *,
    fingerprint: bytes | None = None,
) -> Saved:
    """Store one article: `save_articles` for a single page."""
    return save_articles(db, [Analysed(page_id, draft, judgement, fingerprint)], now)[0]


def save_articles(db: Connection, analysed: Sequence[Analysed], now: datetime) -> list[Saved]:
    """Store what was read from pages and judged of it, in their order, and close the pages as done and kept.

    A changed text is a new version of the same article. An address whose page names another one of the same site and
    outlet as canonical is a twin: it leads to that article and adds nothing. Raises StorageError for an unknown page.
    """
    if not analysed:
        return []
    settle_pages(db, [Settled(one.page_id, Outcome("done"), True, one.draft.problems) for one in analysed], now)
    rows = _pages(db, [one.page_id for one in analysed])
    query = select(articles.c.url).where(articles.c.url.in_([row.url for row in rows.values()]))
    known = set(db.execute(query).scalars())
    saved: dict[int, Saved] = {}
    new: dict[str, tuple[Analysed, AnyRow]] = {}
    for one in analysed:
        page = rows[one.page_id]
        own = one.draft.canonical_url in ("", page.url)
        if not own or page.url in new:  # it may be one of those before it: they must stand first
            saved |= _insert(db, new, now)
            known |= new.keys()
            new = {}
        url = page.url if own else _own_url(db, one.draft.canonical_url, page)
        old = None
        if not own or url in known:
            old = db.execute(select(articles).where(articles.c.url == url)).one_or_none()
        if old is None:
            new[url] = (one, page)
        else:
            saved[one.page_id] = _renew(db, old, one, page, now)
    saved |= _insert(db, new, now)
    lead = update(links).where(links.c.id == bindparam("link")).values(article_id=bindparam("article"))
    if saved:
        db.execute(lead, [{"link": rows[page].link_id, "article": one.id} for page, one in saved.items()])
    return [saved[one.page_id] for one in analysed]


def _renew(db: Connection, old: AnyRow, one: Analysed, page: AnyRow, now: datetime) -> Saved:
    """A page of an article that is there already."""
    if page.link_id != old.link_id and page.url != old.url:
        return Saved(old.id, "twin")
    changed = _text(one.draft) != old.text_sha256
    if changed and _is_less(one, old):
        look_again(db, page.link_id, page.fetched_at)
        if old.vanished_at is not None:
            _update(db, old.id, {"vanished_at": None}, now)
        return Saved(old.id, "same")
    if not changed and not _restated(old, page, one.draft, one.judgement):
        return Saved(old.id, "same")
    values = _content(one.draft, one.judgement, old.fetched_at, old) | {"link_id": page.link_id, "vanished_at": None}
    if one.fingerprint is not None or changed:
        values["fingerprint"] = one.fingerprint
    if changed:
        values |= {"version": old.version + 1, "needs_group": True}
        db.execute(versions.insert(), _version(old.id, old.version + 1, page, one.draft))
    _update(db, old.id, values, now)
    _replace_judgement(db, old.id, one.judgement)
    return Saved(old.id, "changed" if changed else "same")


def _is_less(one: Analysed, old: AnyRow) -> bool:
    """Whether a page tells less than what is stored: it was cut off, or is a part of the same text."""
    draft = one.draft
    body = storable(draft.body)
    if len(body) >= len(old.body):
        return False
    same = storable(draft.title) in ("", old.title) and storable(draft.lead) in ("", old.lead)
    return not one.whole or (same and old.body.startswith(body.rstrip(" .…")))


def rejudge(
    db: Connection, article_id: int, judgement: Judgement, now: datetime, *, fingerprint: bytes | None = None
) -> None:
    """Replace the judgement of an article whose text stays, as after a new model; what was corrected stays too."""
    values = _judged(judgement)
    if fingerprint is not None:
        values["fingerprint"] = fingerprint
    _update(db, article_id, values, now)
    _replace_judgement(db, article_id, judgement)


def text_hash(title: str, lead: str, body: str) -> str:
    """What tells two versions of an article apart."""
    return hashlib.sha256("\n\n".join((title, lead, body)).encode()).hexdigest()


def _text(draft: Draft) -> str:
    return text_hash(storable(draft.title), storable(draft.lead), storable(draft.body))


def _pages(db: Connection, page_ids: Sequence[int]) -> dict[int, AnyRow]:
    columns = (pages.c.id, pages.c.link_id, pages.c.fetched_at, links.c.url, links.c.outlet, links.c.vanished_at)
    query = select(*columns).join_from(pages, links, pages.c.link_id == links.c.id).where(pages.c.id.in_(page_ids))
    return {row.id: row for row in db.execute(query)}


def _own_url(db: Connection, claimed: str, page: AnyRow) -> str:
    """The article's address: the claimed one where the page may speak for it, else the link's own.

    A page cannot claim another site's or another outlet's article: it could overwrite it, or take its place.
    """
    if not claimed or claimed == page.url or len(claimed.encode(errors="replace")) > MAX_URL:
        return str(page.url)
    if not same_site(claimed, page.url):
        return str(page.url)
    others = (
        select(articles.c.outlet).where(articles.c.url == claimed),
        select(links.c.outlet).where(links.c.url == claimed),
    )
    if any(owner not in (None, page.outlet) for owner in (db.execute(query).scalar() for query in others)):
        return str(page.url)
    return claimed


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one host, or one's host is below the other's (www., m. and amp. aside)."""
    a, b = _site(one), _site(other)
    return bool(a and b) and (a == b or a.endswith(f".{b}") or b.endswith(f".{a}"))


def _site(url: str) -> str:
    try:
        site = urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
    for prefix in ("www.", "m.", "amp."):
        site = site.removeprefix(prefix)
    return site if "." in site or ":" in site or site == "localhost" else ""


def _insert(db: Connection, new: Mapping[str, tuple[Analysed, AnyRow]], now: datetime) -> dict[int, Saved]:
    """New articles under their addresses, with their first versions and judgements; answers page -> article."""
    if not new:
        return {}
    first = next_number(db, "articles", len(new)) - len(new) + 1
    rows = [
        _content(one.draft, one.judgement, page.fetched_at, None)
        | {
            "seq": seq,
            "url": url,
            "link_id": page.link_id,
            "outlet": page.outlet,
            "version": 1,
            "fetched_at": page.fetched_at,
            "updated_at": now,
            "vanished_at": page.vanished_at,
            "fingerprint": one.fingerprint,
            "needs_group": True,
        }
        for seq, (url, (one, page)) in enumerate(new.items(), first)
    ]
    made = db.execute(articles.insert().returning(articles.c.id, articles.c.url), rows)
    ids = {row.url: row.id for row in made}
    _add_judgements(db, [(ids[url], one.judgement) for url, (one, _) in new.items()])
    db.execute(versions.insert(), [_version(ids[url], 1, page, one.draft) for url, (one, page) in new.items()])
    return {one.page_id: Saved(ids[url], "new") for url, (one, _) in new.items()}


def _content(draft: Draft, judgement: Judgement, fetched_at: datetime, old: AnyRow | None) -> dict[str, Any]:
    dated = _dated(draft, old)
    return (
        _judged(judgement)
        | dated
        | {
            "title": draft.title,
            "lead": draft.lead,
            "body": draft.body,
            "text_sha256": _text(draft),
            "section": draft.section,
            "dateline": draft.dateline,
            "dated_at": dated["published_at"] or fetched_at,
        }
    )


def _judged(judgement: Judgement) -> dict[str, Any]:
    return {
        "language": judgement.language,
        "relevance": judgement.relevance,
        "relevance_score": judgement.relevance_score,
        "relevance_evidence": list(judgement.relevance_evidence),
        "tone": judgement.tone,
        "tone_score": judgement.tone_score,
        "tone_evidence": list(judgement.tone_evidence),
        "deciding": deciding.row(judgement),
        "model": judgement.model,
    }


def _restated(old: AnyRow, page: AnyRow, draft: Draft, judgement: Judgement) -> bool:
    """Whether something but the text differs: the date, the section, the model, the main address, its being gone."""
    now = (draft.section, judgement.model, page.link_id)
    return (
        _dated(draft, old)["published_at"] != old.published_at
        or now != (old.section, old.model, old.link_id)
        or old.vanished_at is not None
    )


def _dated(draft: Draft, old: AnyRow | None) -> dict[str, Any]:
    """When the article was published: what is stored changes only where it is missing, weaker or impossible."""
    own = {"published_at": draft.published_at, "published_raw": draft.published_raw, "date_source": draft.date_source}
    if old is None or old.published_at is None:
        return own
    stored = {name: getattr(old, name) for name in own}
    latest = old.fetched_at + FUTURE  # nothing is published after it was read
    if draft.published_at is None or draft.published_at == old.published_at:
        return stored
    if old.published_at > latest:
        return own
    known = Dated(old.published_at, old.date_source)
    at, source = settled(Dated(draft.published_at, draft.date_source), known)
    if at == known.at or at > latest:
        return stored
    return own | {"date_source": source}


def _update(db: Connection, article_id: int, values: dict[str, Any], now: datetime) -> None:
    values = values | {"seq": next_number(db, "articles"), "updated_at": now}
    if db.execute(update(articles).where(articles.c.id == article_id).values(values)).rowcount != 1:
        raise StorageError(f"article {article_id} is not in the archive")


def _version(article_id: int, number: int, page: AnyRow, draft: Draft) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "number": number,
        "page_id": page.id,
        "title": draft.title,
        "lead": draft.lead,
        "body": draft.body,
        "text_sha256": _text(draft),
        "fetched_at": page.fetched_at,
        "published_at": draft.published_at,
        "published_raw": draft.published_raw,
    }


def _replace_judgement(db: Connection, article_id: int, judgement: Judgement) -> None:
    db.execute(delete(tags).where(tags.c.article_id == article_id, tags.c.kind == "topic"))
    db.execute(delete(places).where(places.c.article_id == article_id))
    _add_judgements(db, [(article_id, judgement)])
    keep_corrections(db, article_id, judgement)


def _add_judgements(db: Connection, judged: Sequence[tuple[int, Judgement]]) -> None:
    rows = [row for article_id, judgement in judged for row in _topics(article_id, judgement)]
    if rows:
        db.execute(tags.insert(), rows)
    found = [
        {
            "article_id": article_id,
            "position": position,
            "code": place.code,
            "valid_from": place.valid_from,
            "name": place.name,
            "as_written": place.as_written,
            "evidence": place.evidence,
            "score": place.score,
            "in_area": place.in_area,
        }
        for article_id, judgement in judged
        for position, place in enumerate(judgement.places)
    ]
    if found:
        db.execute(places.insert(), found)


def _topics(article_id: int, judgement: Judgement) -> list[dict[str, Any]]:
    topics = {topic.id: topic for topic in reversed(judgement.topics)}
    order = dict.fromkeys(topic.id for topic in judgement.topics)
    return [
        {
            "article_id": article_id,
            "kind": "topic",
            "value": name,
            "position": position,
            "score": topics[name].score,
            "evidence": list(topics[name].evidence),
            "model": judgement.model,
        }
        for position, name in enumerate(order)
    ]
