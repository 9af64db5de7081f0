"""Saved searches: tell their owners what is new and what there is suddenly much of; each article once.

A mail is committed together with the row of each article it tells and with how far the search has come; then it goes
out like every mail that waits in the archive. A kill before the commit loses nothing, one after it repeats nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection

import logs
from digest.plain import shown, web_address
from digest.words import Words
from digest.writing.saved import MOST, Found, Rush, Told, Wave, saved_mail, subject
from errors import Conflict, UsageError
from pipeline.running.counts import Counts, never_stop
from pipeline.running.mail import deliver
from pipeline.running.search import open_index, outlet_names
from pipeline.watching.alerts import DAYS, Spike, days_before, is_due, is_quiet, looks_for_spike, names_scope, spike
from press import Article
from settings import Settings, clock_time
from storage import Archive, coverage, delivery
from storage.delivery.searches import Alert, Saved, Wish
from storage.facts import secret
from storage.people.accounts import Account
from storage.people.audit import Act, record
from storage.search import QueryError, SearchIndex, fresh, parse, search
from storage.search.query import adding, field_of
from storage.tables.delivery import alerts as mails

LOG = logs.logger()
LOCK_WAIT = 5.0
WAIT: Final = 10.0  # seconds for the index to reach the archive; else the next look does it
STORIES: Final = 5  # that made a spike
SALT: Final = "search feed"
_TONES: Final = {1: "positive", 0: "neutral", -1: "negative", None: "unknown"}


MOST_SAVED: Final = 100  #: searches of one person
_WRONG: Final = {
    "empty": "a saved search needs a query",
    "quiet": "quiet hours need both their beginning and their end",
    "clock": "write times as 06:45",
    "scope": "a search that alerts must name a topic, a place or a matter: add topic:…, place:… or matter:…",
}


class WishError(UsageError):
    """A saved search that cannot be; `kind` is a key of what is said."""

    def __init__(self, kind: str) -> None:
        super().__init__(_WRONG[kind])
        self.kind = kind


def check(index: SearchIndex, wish: Wish, outlets: Mapping[str, str]) -> None:
    """Raise QueryError for a query that cannot be, WishError for what else cannot: it may alert of coverage only."""
    if not wish.query:
        raise WishError("empty")
    if bool(wish.quiet_from) != bool(wish.quiet_to):
        raise WishError("quiet")
    try:
        for clock in filter(None, (wish.at, wish.quiet_from, wish.quiet_to)):
            clock_time(clock)
    except ValueError:
        raise WishError("clock") from None
    node = parse(wish.query)
    search(index, wish.query, outlets=outlets, limit=0)
    if (wish.run != "never" or wish.feed or wish.spike) and not names_scope(node):
        raise WishError("scope")


def save(archive: Archive, owner: Account, wish: Wish, now: datetime, number: int | None = None) -> Saved:
    """Keep a search that was checked, or give the one with this number new wishes; Conflict for one too many."""
    with archive.begin() as db:
        if number is None and len(delivery.searches.of_account(db, owner.id)) >= MOST_SAVED:
            raise Conflict(f"there are {MOST_SAVED} saved searches: end some first")
        if number is None:
            number = delivery.searches.add(db, owner.id, wish, now)
        else:
            delivery.searches.change(db, number, wish, now)
        details = {"search": number, "run": wish.run, "feed": wish.feed, "spike": wish.spike}
        record(db, [Act(owner.email, "search saved", wish.query, details)], now)
        saved = delivery.searches.find(db, number)
    if saved is None:
        raise Conflict(f"search {number} was ended meanwhile")
    return saved


def end(archive: Archive, saved: Saved, now: datetime) -> None:
    """End a search."""
    with archive.begin() as db:
        record(db, [Act(saved.email, "search ended", saved.wish.query, {"search": saved.id})], now)
        delivery.searches.end(db, saved.id, now)


def feed_address(archive: Archive, settings: Settings, search: int) -> str:
    """Return where the feed of a search is read, with its key."""
    with archive.begin() as db:  # the signing key is made on first use
        key = feed_key(db, search)
    return f"{settings.web.public_url}/searches/{search}.atom?key={quote(key)}"


def feed_key(db: Connection, search: int) -> str:
    """Return the key of a search's feed: whoever has the address reads it, without a login."""
    return str(URLSafeSerializer(secret(db, SALT), salt=SALT).dumps(search))


def feed_search(db: Connection, key: str) -> int | None:
    """Return the search a feed's key is for, None for a key that is not ours."""
    try:
        return int(URLSafeSerializer(secret(db, SALT), salt=SALT).loads(key))
    except (BadSignature, ValueError, TypeError):
        return None


def saved_searches(
    archive: Archive, settings: Settings, now: datetime, *, should_stop: Callable[[], bool] = never_stop
) -> Counts:
    """Run the searches that are due and send what they tell; what a mail server does is an outcome."""
    counts = Counts("saved_searches")
    with archive.read() as db:
        saved, waiting = delivery.searches.telling(db), delivery.searches.waiting(db, now)
    if not saved and not waiting:
        return counts
    with archive.lock("saved_searches", LOCK_WAIT):
        if saved:
            _run_all(archive, settings, now, should_stop)
        with archive.read() as db:
            waiting = delivery.searches.waiting(db, now)
        quiet = {one.id for one in saved if is_quiet(one.wish, now, settings.digest.timezone)}
        waiting = [alert for alert in waiting if alert.search not in quiet]
        counts.due = len(waiting)
        for alert in waiting:
            if should_stop():
                break
            counts.add(_send(archive, settings, alert, now))
    return counts


def _send(archive: Archive, settings: Settings, alert: Alert, now: datetime) -> str:
    return deliver(archive, settings, mails, alert.id, alert.attempts, alert.recipient, alert.message, now)


def _run_all(archive: Archive, settings: Settings, now: datetime, should_stop: Callable[[], bool]) -> None:
    index = open_index(archive, settings)
    if not index.catch_up(WAIT, should_stop=should_stop) or index.building():
        return  # an index that is not whole finds too little: the next look does it
    mark = index.mark()
    with archive.read() as db:
        saved, first = delivery.searches.telling(db), coverage.counts.first_dated(db)
    for one in saved:
        if should_stop() or mark is None:
            return
        _run(archive, _Desk(archive, settings, index, mark.seq, first, now), one)


@dataclass(frozen=True)
class _Desk:
    """What running a search needs; `seq` is the change up to which the index is looked at."""

    archive: Archive
    settings: Settings
    index: SearchIndex
    seq: int
    first: datetime | None
    now: datetime


def _run(archive: Archive, desk: _Desk, saved: Saved) -> None:
    """Run one search: look, then commit what it tells and how far it came."""
    zone, wish = desk.settings.digest.timezone, saved.wish
    due = is_due(wish, saved.last_run, desk.now, zone) and not (wish.run == "once" and saved.seq == desk.seq)
    watching = looks_for_spike(saved, desk.now, zone)
    if not due and not watching:
        return
    try:
        ids = _new(desk, saved) if due else []
        rush, seen = _rush(desk, saved) if watching else (None, None)
    except QueryError as error:  # an outlet that left the catalogue, say: its owner is shown why
        with archive.begin() as db:
            delivery.searches.ran(db, saved.id, desk.now, desk.seq, error=str(error))
        return
    nothing = wish.say_nothing and wish.run in ("hourly", "daily") and due
    mail = _mail(desk, saved, ids, rush) if ids or rush or nothing else None
    with archive.begin() as db:
        if mail:
            delivery.searches.tell(db, saved, *mail, ids, desk.now)
        if seen:
            delivery.searches.spike_told(db, saved.id, desk.now)
        if due:
            delivery.searches.ran(db, saved.id, desk.now, desk.seq)


def _new(desk: _Desk, saved: Saved) -> list[int]:
    outlets = outlet_names(desk.settings)
    ids = fresh(desk.index, saved.wish.query, after_seq=saved.seq, after_id=saved.after_id, outlets=outlets)
    with desk.archive.read() as db:
        told = delivery.searches.told(db, saved.id, ids)
    return [article for article in ids if article not in told]


def _rush(desk: _Desk, saved: Saved) -> tuple[Rush | None, Spike | None]:
    """The spike of today with the stories that made it, where there is one."""
    outlets, today = outlet_names(desk.settings), desk.now.astimezone(desk.settings.digest.timezone)
    days = [today.date() - timedelta(days=back) for back in range(days_before(today, desk.first), -1, -1)]
    node = parse(saved.wish.query)
    window = adding(node, field_of("from", str(days[0])), field_of("to", str(days[-1])))
    counted = search(desk.index, window, outlets=outlets, limit=0, facets=True, span="day").bars
    found = spike(counted.get(days[-1], 0), [counted.get(day, 0) for day in days[:-1]][-DAYS:])
    if found is None:
        return None, None
    of_today = adding(node, field_of("from", str(days[-1])), field_of("to", str(days[-1])))
    ids = search(desk.index, of_today, outlets=outlets, sort="newest", limit=500).ids
    with desk.archive.read() as db:
        articles = coverage.articles.load_articles(db, ids)
        waves = _waves(db, articles, desk.settings.web.public_url)
    return Rush(found.today, found.usual, waves), found


def _waves(db: Connection, articles: Sequence[Article], site: str) -> list[Wave]:
    """The largest stories of some articles."""
    sizes = Counter(article.story for article in articles if article.story is not None).most_common(STORIES)
    titles = {story.id: story.title for story in coverage.stories.stories(db, ids=[story for story, _ in sizes])}
    outlets = {story: {one.outlet for one in articles if one.story == story} for story, _ in sizes}
    return [
        Wave(shown(titles.get(story, ""), 160), f"{site}/stories/{story}", count, len(outlets[story]))
        for story, count in sizes
    ]


def _mail(desk: _Desk, saved: Saved, ids: Sequence[int], rush: Rush | None) -> tuple[str, bytes]:
    """Subject and bytes of what a search tells."""
    site, wish = desk.settings.web.public_url, saved.wish
    with desk.archive.read() as db:
        articles = coverage.articles.load_articles(db, ids[:MOST])
    found = [_found(desk, article, Words(saved.language)) for article in articles]
    page = f"{site}/search?q={quote(wish.query)}&sort=newest"
    told = Told(wish.name, wish.query, found, len(ids), rush, page, f"{site}/searches/{saved.id}", saved.language)
    sender, key = desk.settings.mail.sender, f"{saved.id} {desk.seq}"
    return subject(told), saved_mail(told, sender=sender, recipient=saved.email, now=desk.now, key=key)


def _found(desk: _Desk, article: Article, words: Words) -> Found:
    zone = desk.settings.digest.timezone
    at = (article.published_at or article.fetched_at).astimezone(zone)
    return Found(
        title=shown(article.title, 200),
        url=web_address(article.url),
        page=f"{desk.settings.web.public_url}/articles/{article.id}",
        outlet=outlet_names(desk.settings).get(article.outlet, article.outlet),
        when=words.moment(at, desk.now.astimezone(zone).date()),
        tone=_TONES[article.tone],  # type: ignore[arg-type]
        lead=shown(article.lead, 220),
        language=article.language,
    )
