"""Saved searches, the mails they make, and which articles each has told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("('')"), nullable=False)


def _short(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def upgrade() -> None:
    op.create_table(
        "searches",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        _short("run", 8),
        _short("at", 5),
        _short("quiet_from", 5),
        _short("quiet_to", 5),
        sa.Column("feed", sa.Boolean(), nullable=False),
        sa.Column("say_nothing", sa.Boolean(), nullable=False),
        sa.Column("spike", sa.Boolean(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("after_id", ID, nullable=False),
        sa.Column("seq", ID, nullable=False),
        sa.Column("last_run", AT, nullable=False),
        sa.Column("spike_told", AT, nullable=True),
        _text("error"),
        sa.CheckConstraint("run IN ('never', 'once', 'hourly', 'daily')", name=op.f("ck_searches_run")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_searches_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searches")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_searches_account", "searches", ["account_id"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", ID, nullable=False),
        sa.Column("search_id", ID, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("sending_at", AT, nullable=True),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try", AT, nullable=True),
        _text("error"),
        sa.ForeignKeyConstraint(["search_id"], ["searches.id"], name=op.f("fk_alerts_search_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alerts_waiting", "alerts", ["next_try"], unique=False)
    op.create_index("ix_alerts_search", "alerts", ["search_id", "id"], unique=False)
    op.create_table(
        "alerted",
        sa.Column("search_id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alerted_alert_id")),
        sa.ForeignKeyConstraint(["search_id"], ["searches.id"], name=op.f("fk_alerted_search_id")),
        sa.PrimaryKeyConstraint("search_id", "article_id", name=op.f("pk_alerted")),
    )
