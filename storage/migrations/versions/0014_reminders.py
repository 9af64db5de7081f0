"""Reminders of matters, what they told to whom, and letters as files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", ID, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("sending_at", AT, nullable=True),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try", AT, nullable=True),
        sa.Column("error", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reminders_waiting", "reminders", ["next_try"], unique=False)
    op.create_table(
        "matter_files",
        sa.Column("id", ID, nullable=False),
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("letter", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", AT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_matter_files_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_files")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_matter_files_matter", "matter_files", ["matter_id"], unique=False)
    op.create_table(
        "reminded",
        sa.Column("matter_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("due", sa.String(length=32), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("reminder_id", ID, nullable=False),
        sa.CheckConstraint("kind IN ('assigned', 'soon', 'today', 'overdue')", name=op.f("ck_reminded_kind")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_reminded_matter_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminders.id"], name=op.f("fk_reminded_reminder_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("matter_id", "kind", "recipient", "due", name=op.f("pk_reminded")),
    )
    op.create_index("ix_reminded_reminder", "reminded", ["reminder_id"], unique=False)
