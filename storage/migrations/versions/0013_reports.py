"""Reports of the register as they were made, the office's own templates, and since when a matter is ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "report_templates",
        sa.Column("id", ID, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("added_at", AT, nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('weekly', 'annual')", name=op.f("ck_report_templates_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_templates")),
        sa.UniqueConstraint("area", "kind", "issuer", name=op.f("uq_report_templates_area_kind_issuer")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reports",
        sa.Column("id", ID, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('weekly', 'annual')", name=op.f("ck_reports_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reports_area", "reports", ["area", "id"], unique=False)
    op.add_column("matters", sa.Column("ended_at", AT, nullable=True))
    # A matter ended with its last change, unless something was noted of it afterwards: nothing better was kept.
    op.execute("UPDATE matters SET ended_at = changed_at WHERE state IN ('done', 'passed_on', 'refused', 'merged')")
