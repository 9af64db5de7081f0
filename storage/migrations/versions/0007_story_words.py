"""Who merged, split or moved what of the stories, and whether it was taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("story_events", sa.Column("who", sa.Text(), server_default=sa.text("('')"), nullable=False))
    op.add_column("story_events", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_story_events_other", "story_events", ["other_id"], unique=False)
