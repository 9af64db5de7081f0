"""The lease of the service; what a person decided about things that were given up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("beat", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    for table in ("feeds", "links", "pages"):
        empty = sa.text("('')")
        op.add_column(table, sa.Column("decided", sa.String(length=8), server_default=sa.text("''"), nullable=False))
        op.add_column(table, sa.Column("decided_by", sa.Text(), server_default=empty, nullable=False))
        op.add_column(table, sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
