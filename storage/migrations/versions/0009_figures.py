"""The index of dates has what figures are made of, so that a year of them reads no article."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.drop_index("ix_articles_dated", table_name="articles")
    op.create_index("ix_articles_dated", "articles", ["dated_at", "relevance", "tone"], unique=False)
