"""The sentences that decided the tags of an article, kept with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("articles", sa.Column("deciding", sa.Text(), nullable=True))
