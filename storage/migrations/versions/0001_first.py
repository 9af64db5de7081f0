"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "feeds",
        sa.Column("id", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outlet", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("links", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("etag", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("last_modified", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("sha256", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("last_asked", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ok", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_new", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("outcome", sa.String(length=8), server_default=sa.text("('')"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("url", name=op.f("uq_feeds_url")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feeds_due", "feeds", ["in_use", "next_due"], unique=False)
    op.create_index("ix_feeds_outlet", "feeds", ["outlet"], unique=False)
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "runs",
        sa.Column("id", ID, nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("now", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runs_verb", "runs", ["verb", "id"], unique=False)
    op.create_table(
        "stories",
        sa.Column("id", ID, nullable=False),
        sa.Column("title", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["stories.id"], name=op.f("fk_stories_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stories_last", "stories", ["last_at"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("days", sa.String(length=8), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_subscriptions_active",
        "subscriptions",
        ["email_key"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "articles",
        sa.Column("id", ID, nullable=False),
        sa.Column("seq", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("link_id", ID, nullable=False),
        sa.Column("outlet", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_raw", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("date_source", sa.String(length=16), server_default=sa.text("('')"), nullable=False),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("section", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vanished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("relevance", sa.String(length=8), nullable=False),
        sa.Column("relevance_score", sa.Float(), nullable=False),
        sa.Column("relevance_evidence", sa.Text(), nullable=False),
        sa.Column("tone", sa.Integer(), nullable=True),
        sa.Column("tone_score", sa.Float(), nullable=False),
        sa.Column("tone_evidence", sa.Text(), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("story_id", ID, nullable=True),
        sa.Column("reprint_of", ID, nullable=True),
        sa.Column("needs_group", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["reprint_of"], ["articles.id"], name=op.f("fk_articles_reprint_of")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_articles_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("url", name=op.f("uq_articles_url")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_articles_dated", "articles", ["dated_at"], unique=False)
    op.create_index("ix_articles_fetched", "articles", ["fetched_at"], unique=False)
    op.create_index("ix_articles_published", "articles", ["published_at"], unique=False)
    op.create_index("ix_articles_reprint", "articles", ["reprint_of"], unique=False)
    op.create_index("ix_articles_seq", "articles", ["seq"], unique=True)
    op.create_index("ix_articles_story", "articles", ["story_id"], unique=False)
    op.create_index(
        "ix_articles_ungrouped",
        "articles",
        ["id"],
        unique=False,
        sqlite_where=sa.text("needs_group = 1"),
        postgresql_where=sa.text("needs_group"),
    )
    op.create_table(
        "editions",
        sa.Column("id", ID, nullable=False),
        sa.Column("subscription_id", ID, nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("sending_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("permanent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", ID, nullable=True),
        sa.CheckConstraint(
            "state IN ('composed', 'claimed', 'sent', 'failed', 'unknown')", name=op.f("ck_editions_state")
        ),
        sa.CheckConstraint("period_start < period_end", name=op.f("ck_editions_period")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name=op.f("fk_editions_subscription_id")),
        sa.ForeignKeyConstraint(["superseded_by"], ["editions.id"], name=op.f("fk_editions_superseded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
        sa.UniqueConstraint("message_id", name=op.f("uq_editions_message_id")),
        sa.UniqueConstraint("subscription_id", "period_end", name=op.f("uq_editions_subscription_id_period_end")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_editions_state", "editions", ["state", "next_try"], unique=False)
    op.create_table(
        "story_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("articles", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["other_id"], ["stories.id"], name=op.f("fk_story_events_other_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_events_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_story_events_story", "story_events", ["story_id"], unique=False)
    op.create_table(
        "edition_articles",
        sa.Column("edition_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("story_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_edition_articles_article_id")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name=op.f("fk_edition_articles_edition_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_edition_articles_story_id")),
        sa.PrimaryKeyConstraint("edition_id", "position", name=op.f("pk_edition_articles")),
    )
    op.create_index("ix_edition_articles_article", "edition_articles", ["article_id"], unique=False)
    op.create_table(
        "links",
        sa.Column("id", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("served_url", sa.Text(), nullable=False),
        sa.Column("outlet", sa.String(length=100), nullable=False),
        sa.Column("feed_id", ID, nullable=True),
        sa.Column("title", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("lead", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("section", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_raw", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("zone", sa.String(length=8), server_default=sa.text("'none'"), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reads", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_reading", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("last_modified", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("sha256", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("vanished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("article_id", ID, nullable=True),
        sa.Column("analysed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled", sa.String(length=8), nullable=True),
        sa.Column("problems", sa.Text(), nullable=True),
        sa.Column("intact", sa.Boolean(), nullable=True),
        sa.CheckConstraint("state IN ('due', 'later', 'done', 'never')", name=op.f("ck_links_state")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_links_article_id")),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_links_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("url", name=op.f("uq_links_url")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_links_again", "links", ["next_reading"], unique=False)
    op.create_index("ix_links_article", "links", ["article_id"], unique=False)
    op.create_index("ix_links_due", "links", ["state", "due_at"], unique=False)
    op.create_index("ix_links_feed", "links", ["feed_id", "first_seen"], unique=False)
    op.create_index("ix_links_layout", "links", ["outlet", "analysed_at"], unique=False)
    op.create_index("ix_links_outlet", "links", ["outlet", "first_seen"], unique=False)
    op.create_table(
        "places",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("as_written", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("in_area", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_places_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "position", name=op.f("pk_places")),
    )
    op.create_index("ix_places_code", "places", ["code", "valid_from", "article_id"], unique=False)
    op.create_table(
        "tags",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_tags_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "kind", "value", name=op.f("pk_tags")),
    )
    op.create_index("ix_tags_value", "tags", ["kind", "value", "article_id"], unique=False)
    op.create_table(
        "pages",
        sa.Column("id", ID, nullable=False),
        sa.Column("link_id", ID, nullable=False),
        sa.Column("final_url", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('due', 'done', 'never')", name=op.f("ck_pages_state")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_pages_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pages_link", "pages", ["link_id"], unique=False)
    op.create_index("ix_pages_state", "pages", ["state", "id"], unique=False)
    op.create_table(
        "versions",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("page_id", ID, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_raw", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_versions_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_versions_page_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("article_id", "number", name=op.f("pk_versions")),
    )
    op.create_index("ix_versions_page", "versions", ["page_id"], unique=False)
    op.execute("INSERT INTO counters (name, value) VALUES ('articles', 0)")
