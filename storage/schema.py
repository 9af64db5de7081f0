"""The tables of the archive. A comment says why a column exists; each index names the query it serves.

The shape of a released archive is made by `storage/migrations`, never from here: a test holds the two equal.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from storage.types import BigId, Json, Packed, Utc, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Everywhere AUTOINCREMENT: ids are never used twice, as mails, indexes and people keep them longer than a row may live.


def _words(name: str, default: str = "") -> Column[str]:
    return Column(name, Words, nullable=False, server_default=text(f"'{default}'"))


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def _decided() -> list[Column[Any]]:
    """What a person last decided about a thing that was given up: retry | drop | "" (nothing), who and when."""
    by = _words("decided_by")
    return [Column("decided", String(8), nullable=False, server_default=text("''")), by, Column("decided_at", Utc)]


# Single facts about the archive itself: the key of signed links, …
meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Words, nullable=False))

# One row per sequence. Taking a number locks the row until commit, so numbers appear in the order of commits.
counters = Table(
    "counters", metadata, Column("name", String(32), primary_key=True), Column("value", BigId, nullable=False)
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("url", Words, nullable=False, unique=True),
    Column("outlet", String(100), nullable=False),
    Column("kind", String(16), nullable=False),
    _words("links"),  # CSS selector of a section page
    Column("in_use", Boolean, nullable=False),  # a list that left the settings keeps its history
    _words("etag"),
    _words("last_modified"),
    _words("sha256"),  # of the last body, where servers ignore conditions
    Column("last_asked", Utc),
    Column("last_ok", Utc),
    Column("last_new", Utc),  # when it last announced something unknown
    Column("next_due", Utc, nullable=False),
    _count("failures"),  # in a row
    Column(
        "outcome", String(8), nullable=False, server_default=text("''")
    ),  # done | later | never, of the last attempt
    _words("reason"),
    Column("status", Integer),
    Column("since", Utc),  # since when attempts succeed, or fail
    _words("note"),  # of a list that answered but gave nothing: its selector found no link
    *_decided(),
    Index("ix_feeds_due", "in_use", "next_due"),  # due_feeds
    Index("ix_feeds_outlet", "outlet"),  # health, per outlet
    sqlite_autoincrement=True,
)

# What the hosts' robots.txt said, kept between runs: a quiet host is not asked for it at every look.
robots = Table(
    "robots",
    metadata,
    Column("url", Words, primary_key=True),
    Column("status", Integer, nullable=False),
    Column("body", Packed, nullable=False),
    _words("etag"),
    _words("last_modified"),
    Column("fetched_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)

# Every article address ever announced, in the archive or not: what is known is never asked twice.
links = Table(
    "links",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("url", Words, nullable=False, unique=True),  # canonical
    Column("served_url", Words, nullable=False),  # what to ask for
    Column("outlet", String(100), nullable=False),
    Column("feed_id", BigId, ForeignKey("feeds.id")),  # the list that announced it first: the rhythm of that list
    _words("title"),
    _words("lead"),
    _words("section"),
    Column("published_at", Utc),
    _words("published_raw"),
    Column("zone", String(8), nullable=False, server_default=text("'none'")),
    Column("first_seen", Utc, nullable=False),
    Column("state", String(8), nullable=False),  # due | later | done | never, of the first reading
    Column("due_at", Utc, nullable=False),  # of the first reading
    _words("reason"),
    Column("status", Integer),
    _count("attempts"),  # failures in a row
    _count("waits"),  # of them, those where the host kept us waiting
    Column("tried_at", Utc),  # last attempt, whatever came of it
    _count("reads"),
    Column("first_read_at", Utc),
    Column("next_reading", Utc),  # NULL: not to be read again
    _words("etag"),
    _words("last_modified"),
    _words("sha256"),  # of the last body: stays when the body goes
    Column("vanished_at", Utc),  # 404 or 410 after it had been read; may precede its analysis
    Column("article_id", BigId, ForeignKey("articles.id")),
    Column("analysed_at", Utc),
    Column("settled", String(8)),  # kept | outside | never; NULL: not analysed yet
    Column("problems", Json),  # of the last extraction; NULL: was not extracted
    Column("intact", Boolean),  # title and body were found; NULL: was not extracted
    *_decided(),
    CheckConstraint("state IN ('due', 'later', 'done', 'never')", name="state"),
    Index("ix_links_due", "state", "due_at"),  # due_readings: first readings; quarantine: state never
    Index("ix_links_again", "next_reading"),  # due_readings: readings again
    Index("ix_links_outlet", "outlet", "first_seen"),  # arrivals of an outlet, health
    Index("ix_links_feed", "feed_id", "first_seen"),  # arrivals of a feed
    Index("ix_links_layout", "outlet", "analysed_at"),  # health: pages lately extracted
    Index("ix_links_article", "article_id"),  # links of an article
    sqlite_autoincrement=True,
)

# Raw pages: the queue of the analysis, then the evidence of what stays in the archive.
pages = Table(
    "pages",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("link_id", BigId, ForeignKey("links.id"), nullable=False),
    _words("final_url"),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", Packed),  # NULL: given up and not worth keeping
    Column("fetched_at", Utc, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(8), nullable=False),  # due | done | never
    _words("reason"),
    Column("settled_at", Utc),
    *_decided(),
    CheckConstraint("state IN ('due', 'done', 'never')", name="state"),
    Index("ix_pages_state", "state", "id"),  # due_pages, quarantine
    Index("ix_pages_link", "link_id"),  # the stored copies of an article
    sqlite_autoincrement=True,
)

stories = Table(
    "stories",
    metadata,
    Column("id", BigId, primary_key=True),
    _words("title"),  # of its original
    Column("first_at", Utc),
    Column("last_at", Utc),
    Column("merged_into", BigId, ForeignKey("stories.id")),  # an address of a merged story still leads somewhere
    Column("created_at", Utc, nullable=False),
    Index("ix_stories_last", "last_at"),  # stories of a period
    sqlite_autoincrement=True,
)

story_events = Table(
    "story_events",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("kind", String(8), nullable=False),  # merge | split | move
    Column("story_id", BigId, ForeignKey("stories.id"), nullable=False),
    Column("other_id", BigId, ForeignKey("stories.id"), nullable=False),
    Column("articles", Json, nullable=False),  # the ids that moved
    _words("who"),  # the person whose word it is, which grouping respects; "" = grouping itself
    Column("undone_at", Utc),
    Index("ix_story_events_story", "story_id"),  # history of a story
    Index("ix_story_events_other", "other_id"),  # history of a story
    sqlite_autoincrement=True,
)

articles = Table(
    "articles",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("seq", BigId, nullable=False),  # change sequence: derived indexes follow it
    Column("url", Words, nullable=False, unique=True),  # canonical
    Column("link_id", BigId, nullable=False),  # whose text counts where twins exist; no key, it would be a circle
    Column("outlet", String(100), nullable=False),
    Column("language", String(2), nullable=False),
    Column("title", Words, nullable=False),
    Column("lead", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("text_sha256", String(64), nullable=False),  # of title, lead, body: is it a new version?
    Column("version", Integer, nullable=False),  # number of the newest = how many there are
    Column("published_at", Utc),
    _words("published_raw"),
    Column("date_source", String(16), nullable=False, server_default=text("''")),
    Column("dated_at", Utc, nullable=False),  # published_at, or fetched_at where that is not known: orders everything
    _words("section"),
    _words("dateline"),  # stood in front of the lead: may say where, so that a new judgement needs no page
    Column("fetched_at", Utc, nullable=False),  # first reading
    Column("updated_at", Utc, nullable=False),
    Column("vanished_at", Utc),
    Column("relevance", String(8), nullable=False),
    Column("relevance_score", Float, nullable=False),
    Column("relevance_evidence", Json, nullable=False),
    Column("tone", Integer),  # NULL: not decidable
    Column("tone_score", Float, nullable=False),
    Column("tone_evidence", Json, nullable=False),
    Column("model", String(100), nullable=False),
    Column("fingerprint", LargeBinary),  # MinHash, as the analysis packs it
    Column("story_id", BigId, ForeignKey("stories.id")),
    Column("reprint_of", BigId, ForeignKey("articles.id")),
    Column("needs_group", Boolean, nullable=False),  # new or changed since grouping looked at it
    Index("ix_articles_seq", "seq", unique=True),  # changes since
    Index("ix_articles_published", "published_at"),
    Index("ix_articles_dated", "dated_at", "relevance", "tone"),  # period, active window, newest first; figures alone
    Index("ix_articles_fetched", "fetched_at"),  # editions: what reached the archive in a period
    Index("ix_articles_story", "story_id"),  # articles of a story
    Index("ix_articles_reprint", "reprint_of"),  # reprints of an article
    Index(  # ungrouped
        "ix_articles_ungrouped",
        "id",
        sqlite_where=text("needs_group = 1"),
        postgresql_where=text("needs_group"),
    ),
    sqlite_autoincrement=True,
)

versions = Table(
    "versions",
    metadata,
    Column("article_id", BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # 1 = as first read
    Column("page_id", BigId, ForeignKey("pages.id", ondelete="SET NULL")),  # the raw page it was read from
    Column("title", Words, nullable=False),
    Column("lead", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("fetched_at", Utc, nullable=False),
    Column("published_at", Utc),
    _words("published_raw"),
    Index("ix_versions_page", "page_id"),  # forgetting a page
)

tags = Table(
    "tags",
    metadata,
    Column("article_id", BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),  # topic
    Column("value", String(64), primary_key=True),
    Column("position", Integer, nullable=False),  # strongest first
    Column("score", Float, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("model", String(100), nullable=False),
    Index("ix_tags_value", "kind", "value", "article_id"),  # articles of a topic
)

places = Table(
    "places",
    metadata,
    Column("article_id", BigId, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("code", String(64), nullable=False),
    Column("valid_from", String(10), nullable=False),  # with the code, the unit's key
    Column("name", Words, nullable=False),
    Column("as_written", Words, nullable=False),
    Column("evidence", Words, nullable=False),
    Column("score", Float, nullable=False),
    Column("in_area", Boolean, nullable=False),
    Index("ix_places_code", "code", "valid_from", "article_id"),  # articles of a place
)

# What a person put right; the newest of a field that is not undone is what shows.
corrections = Table(
    "corrections",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("article_id", BigId, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("field", String(16), nullable=False),  # topics | tone | relevance | places
    Column("before", Json),  # what was shown; NULL: a tone that is not decidable
    Column("after", Json),
    Column("said", Json, nullable=False),  # what the model last said, whole: shown again when all is undone
    Column("who", Words, nullable=False),
    Column("at", Utc, nullable=False),
    Column("undone_at", Utc),
    Index("ix_corrections_article", "article_id", "field"),  # corrections to show after a judgement
    sqlite_autoincrement=True,
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("email", Words, nullable=False),  # as given
    Column("email_key", Words, nullable=False),  # case-folded: one reader is one row
    _words("name"),
    Column("at", String(5), nullable=False),  # HH:MM in the digest's time zone
    Column("days", String(8), nullable=False),
    Column("topics", Json, nullable=False),
    Column("places", Json, nullable=False),
    Column("language", String(2), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Index(  # one active row per reader
        "uq_subscriptions_active",
        "email_key",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

# The delivery ledger: composed -> claimed -> sent | failed | unknown, one row per subscription and period.
editions = Table(
    "editions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("subscription_id", BigId, ForeignKey("subscriptions.id"), nullable=False),
    Column("period_start", Utc, nullable=False),
    Column("period_end", Utc, nullable=False),
    Column("state", String(8), nullable=False),
    Column("message_id", Words, nullable=False, unique=True),
    _words("subject"),
    Column("message", Packed, nullable=False),  # the whole mail: a second attempt sends the same bytes
    Column("basis", Json),  # query and model versions it was made of: every number can be traced
    Column("composed_at", Utc, nullable=False),
    Column("claimed_at", Utc),
    _words("claimed_by"),
    Column("sending_started_at", Utc),  # committed before the message goes out: without it nothing was sent
    Column("sent_at", Utc),
    _count("attempts"),
    _words("error"),
    Column("permanent", Boolean, nullable=False, server_default=false()),  # failed and not to be tried again
    Column("next_try", Utc),
    Column(
        "superseded_by", BigId, ForeignKey("editions.id")
    ),  # a newer edition covers this period: never send this one
    CheckConstraint("state IN ('composed', 'claimed', 'sent', 'failed', 'unknown')", name="state"),
    CheckConstraint("period_start < period_end", name="period"),
    UniqueConstraint("subscription_id", "period_end"),  # also serves last_sent
    Index("ix_editions_state", "state", "next_try"),  # claimable, recover
    sqlite_autoincrement=True,
)

edition_articles = Table(
    "edition_articles",
    metadata,
    Column("edition_id", BigId, ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("article_id", BigId, ForeignKey("articles.id"), nullable=False),
    Column("story_id", BigId, ForeignKey("stories.id")),
    Index("ix_edition_articles_article", "article_id"),  # in which editions was it?
)

# What the operator was told of each outlet, so that a restart tells nothing twice.
outlets_told = Table(
    "outlets_told",
    metadata,
    Column("outlet", String(100), primary_key=True),
    Column("state", String(16), nullable=False),  # told last; ok: nothing to tell
    Column("told_at", Utc, nullable=False),
    Column("seen", String(16), nullable=False),  # found last: told when a second reading finds it again
    Column("seen_asked", Utc),  # the reading that found it first
)

# Mails to the operator: kept before they go out, so that none is lost while the mail server is down.
notices = Table(
    "notices",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("created_at", Utc, nullable=False),
    Column("subject", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("sending_at", Utc),  # committed before the message goes out: from then on it is never sent again
    Column("sent_at", Utc),
    _count("attempts"),
    Column("next_try", Utc),  # NULL: not to be sent (again)
    _words("error"),
    Index("ix_notices_waiting", "next_try"),  # waiting
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("verb", String(16), nullable=False),
    Column("now", Utc, nullable=False),  # the time it was told
    Column("started_at", Utc, nullable=False),  # by the clock
    Column("ended_at", Utc, nullable=False),
    Column("counts", Json, nullable=False),
    _words("error"),
    Index("ix_runs_verb", "verb", "id"),  # last runs of a verb
    sqlite_autoincrement=True,
)

# Which of several services acts: see storage/leases.py.
leases = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("holder", Words, nullable=False),  # "" = given up
    Column("beat", BigId, nullable=False),  # grows with every renewal: a watcher needs no clock of the holder's
    Column("taken_at", Utc, nullable=False),
    Column("renewed_at", Utc, nullable=False),  # for a person
)

# Who may use the archive, see storage/accounts.py. Secrets are kept as digests only.
accounts = Table(
    "accounts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("email", Words, nullable=False),
    Column("email_key", Words, nullable=False, unique=True),  # case-folded: one person is one row
    _words("name"),
    Column("role", String(8), nullable=False),
    Column("password", Words, nullable=False),  # argon2
    Column("language", String(2), nullable=False),
    Column("second_factor", Words),  # TOTP secret; NULL: not in use
    Column("created_at", Utc, nullable=False),
    Column("ended_at", Utc),  # may not log in any more; the row stays for the audit log
    _count("failures"),  # wrong passwords in a row
    Column("locked_until", Utc),
    CheckConstraint("role IN ('reader', 'analyst', 'editor', 'admin')", name="role"),
    sqlite_autoincrement=True,
)

invitations = Table(
    "invitations",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of the one-time link's secret
    Column("role", String(8), nullable=False),
    _words("email"),  # "" = whoever holds the link says
    Column("account_id", BigId, ForeignKey("accounts.id")),  # an account whose password is to be set anew
    Column("created_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("used_at", Utc),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of the cookie
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Index("ix_sessions_account", "account_id"),  # ending all of an account
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("used_at", Utc),
    Column("ended_at", Utc),
    Index("ix_api_tokens_account", "account_id"),  # an account's tokens
    sqlite_autoincrement=True,
)

# Who read, searched, exported, corrected and logged in. Rows are only added: triggers refuse anything else, and each
# row's hash holds the one before it.
audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),  # without gaps
    Column("at", Utc, nullable=False),
    Column("who", Words, nullable=False),  # the account's address then, "" = nobody known
    Column("action", String(32), nullable=False),
    _words("target"),
    Column("details", Json, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the row before and this one
    Index("ix_audit_who", "who", "id"),  # an account's acts
    Index("ix_audit_action", "action", "id"),  # acts of one kind
)
searches = Table(
    "searches",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("account_id", BigId, ForeignKey(accounts.c.id), nullable=False),
    Column("name", Words, nullable=False),
    Column("query", Words, nullable=False),
    Column("run", String(8), nullable=False),  # when mails go out: never, once (as soon as found), hourly, daily
    Column("at", String(5), nullable=False),  # HH:MM of the daily one, in the digest's time zone
    Column("quiet_from", String(5), nullable=False),  # "" for no quiet hours
    Column("quiet_to", String(5), nullable=False),
    Column("feed", Boolean, nullable=False),
    Column("say_nothing", Boolean, nullable=False),  # a mail also when there is nothing new
    Column("spike", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("after_id", BigId, nullable=False),  # articles up to this one were there when the query was saved
    Column("seq", BigId, nullable=False),  # changes up to this number have been looked at
    Column("last_run", Utc, nullable=False),
    Column("spike_told", Utc),
    _words("error"),  # why it cannot be run any more
    CheckConstraint("run IN ('never', 'once', 'hourly', 'daily')", name="run"),
    Index("ix_searches_account", "account_id"),
    sqlite_autoincrement=True,
)
alerts = Table(
    "alerts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("search_id", BigId, ForeignKey(searches.c.id), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("message", Packed, nullable=False),  # the bytes that go out, so that a second try sends the same mail
    Column("sending_at", Utc),  # committed before the message goes out: what stays so is unknown, and not sent again
    Column("sent_at", Utc),
    _count("attempts"),
    Column("next_try", Utc),  # NULL: not to be sent (again)
    _words("error"),
    Index("ix_alerts_waiting", "next_try"),
    Index("ix_alerts_search", "search_id", "id"),  # the last mails of a search
    sqlite_autoincrement=True,
)
# Which articles a search has told: one row for ever, so that no change of an article tells it again.
alerted = Table(
    "alerted",
    metadata,
    Column("search_id", BigId, ForeignKey(searches.c.id), primary_key=True, autoincrement=False),
    Column("article_id", BigId, primary_key=True, autoincrement=False),
    Column("alert_id", BigId, ForeignKey(alerts.c.id), nullable=False),
)
