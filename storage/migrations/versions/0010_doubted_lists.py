"""What a list gave and where it moved to, the sitemaps of an index, and whether its "unchanged" can be believed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("feeds", sa.Column("children", sa.Text(), nullable=True))
    op.add_column("feeds", sa.Column("found", sa.Integer(), nullable=True))
    op.add_column("feeds", sa.Column("moved_to", sa.Text(), server_default=sa.text("('')"), nullable=False))
    op.add_column("feeds", sa.Column("moved_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("feeds", sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("feeds", sa.Column("lies", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("feeds", sa.Column("first_asked", sa.DateTime(timezone=True), nullable=True))
