"""The tables of delivery: readers, the ledger of editions, mails to the operator, saved searches and their mails."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from storage.tables.columns import count, metadata, words
from storage.types import BigId, Json, Packed, Utc, Words

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("email", Words, nullable=False),  # as given
    Column("email_key", Words, nullable=False),  # case-folded: one reader is one row
    words("name"),
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
    words("subject"),
    Column("message", Packed, nullable=False),  # the whole mail: a second attempt sends the same bytes
    Column("basis", Json),  # query and model versions it was made of: every number can be traced
    Column("composed_at", Utc, nullable=False),
    Column("claimed_at", Utc),
    words("claimed_by"),
    Column("sending_started_at", Utc),  # committed before the message goes out: without it nothing was sent
    Column("sent_at", Utc),
    count("attempts"),
    words("error"),
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
    count("attempts"),
    Column("next_try", Utc),  # NULL: not to be sent (again)
    words("error"),
    Index("ix_notices_waiting", "next_try"),  # waiting
    sqlite_autoincrement=True,
)

searches = Table(
    "searches",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
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
    words("error"),  # why it cannot be run any more
    CheckConstraint("run IN ('never', 'once', 'hourly', 'daily')", name="run"),
    Index("ix_searches_account", "account_id"),
    sqlite_autoincrement=True,
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("search_id", BigId, ForeignKey("searches.id"), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("message", Packed, nullable=False),  # the bytes that go out, so that a second try sends the same mail
    Column("sending_at", Utc),  # committed before the message goes out: what stays so is unknown, and not sent again
    Column("sent_at", Utc),
    count("attempts"),
    Column("next_try", Utc),  # NULL: not to be sent (again)
    words("error"),
    Index("ix_alerts_waiting", "next_try"),
    Index("ix_alerts_search", "search_id", "id"),  # the last mails of a search
    sqlite_autoincrement=True,
)

# Which articles a search has told: one row for ever, so that no change of an article tells it again.
alerted = Table(
    "alerted",
    metadata,
    Column("search_id", BigId, ForeignKey("searches.id"), primary_key=True, autoincrement=False),
    Column("article_id", BigId, primary_key=True, autoincrement=False),
    Column("alert_id", BigId, ForeignKey("alerts.id"), nullable=False),
)
