"""The tables of coverage: articles with their versions and tags, stories, what persons put right."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from storage.tables.columns import metadata, words
from storage.types import BigId, Json, Utc, Words

stories = Table(
    "stories",
    metadata,
    Column("id", BigId, primary_key=True),
    words("title"),  # of its original
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
    words("who"),  # the person whose word it is, which grouping respects; "" = grouping itself
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
    words("published_raw"),
    Column("date_source", String(16), nullable=False, server_default=text("''")),
    Column("dated_at", Utc, nullable=False),  # published_at, or fetched_at where that is not known: orders everything
    words("section"),
    words("dateline"),  # stood in front of the lead: may say where, so that a new judgement needs no page
    Column("fetched_at", Utc, nullable=False),  # first reading
    Column("updated_at", Utc, nullable=False),
    Column("vanished_at", Utc),
    Column("relevance", String(8), nullable=False),
    Column("relevance_score", Float, nullable=False),
    Column("relevance_evidence", Json, nullable=False),
    Column("tone", Integer),  # NULL: not decidable
    Column("tone_score", Float, nullable=False),
    Column("tone_evidence", Json, nullable=False),
    Column("deciding", Json),  # the sentences that decided tone and topics; NULL: nobody asked which they are
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
    words("published_raw"),
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
