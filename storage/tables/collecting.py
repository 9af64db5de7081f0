"""The tables of collecting: lists, addresses, raw pages, and what hosts and outlets are known for."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, text

from storage.tables.columns import count, decided, metadata, words
from storage.types import BigId, Json, Packed, Utc, Words

feeds = Table(
    "feeds",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("url", Words, nullable=False, unique=True),
    Column("outlet", String(100), nullable=False),
    Column("kind", String(16), nullable=False),
    words("links"),  # CSS selector of a section page
    Column("in_use", Boolean, nullable=False),  # a list that left the settings keeps its history
    words("etag"),
    words("last_modified"),
    words("sha256"),  # of the last body, where servers ignore conditions
    Column("last_asked", Utc),
    Column("last_ok", Utc),
    Column("last_new", Utc),  # when it last announced something unknown
    Column("next_due", Utc, nullable=False),
    count("failures"),  # in a row
    Column(
        "outcome", String(8), nullable=False, server_default=text("''")
    ),  # done | later | never, of the last attempt
    words("reason"),
    Column("status", Integer),
    Column("since", Utc),  # since when attempts succeed, or fail
    words("note"),  # what was odd about a list that answered: its selector found no link, half of it was malformed
    *decided(),
    Column("children", Json),  # of a sitemap index: each sitemap's address, etag, last_modified, sha256
    Column("found", Integer),  # articles its last whole answer named, known or not; NULL: not known
    words("moved_to"),  # where it moved for good, as its server says since then
    Column("moved_since", Utc),
    Column("doubted_at", Utc),  # when it was last asked without conditions, since its "unchanged" was not believed
    count("lies"),  # how often that showed articles which "unchanged" had hidden
    Column("first_asked", Utc),
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
    words("etag"),
    words("last_modified"),
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
    words("title"),
    words("lead"),
    words("section"),
    Column("published_at", Utc),
    words("published_raw"),
    Column("zone", String(8), nullable=False, server_default=text("'none'")),
    Column("first_seen", Utc, nullable=False),
    Column("state", String(8), nullable=False),  # due | later | done | never, of the first reading
    Column("due_at", Utc, nullable=False),  # of the first reading
    words("reason"),
    Column("status", Integer),
    count("attempts"),  # failures in a row
    count("waits"),  # of them, those where the host kept us waiting
    Column("tried_at", Utc),  # last attempt, whatever came of it
    count("reads"),
    Column("first_read_at", Utc),
    Column("next_reading", Utc),  # NULL: not to be read again
    words("etag"),
    words("last_modified"),
    words("sha256"),  # of the last body: stays when the body goes
    Column("vanished_at", Utc),  # 404 or 410 after it had been read; may precede its analysis
    Column("article_id", BigId, ForeignKey("articles.id")),
    Column("analysed_at", Utc),
    Column("settled", String(8)),  # kept | outside | never; NULL: not analysed yet
    Column("problems", Json),  # of the last extraction; NULL: was not extracted
    Column("intact", Boolean),  # title and body were found; NULL: was not extracted
    *decided(),
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
    words("final_url"),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", Packed),  # NULL: given up and not worth keeping
    Column("fetched_at", Utc, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(8), nullable=False),  # due | done | never
    words("reason"),
    Column("settled_at", Utc),
    *decided(),
    CheckConstraint("state IN ('due', 'done', 'never')", name="state"),
    Index("ix_pages_state", "state", "id"),  # due_pages, quarantine
    Index("ix_pages_link", "link_id"),  # the stored copies of an article
    sqlite_autoincrement=True,
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
